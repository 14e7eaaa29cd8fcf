//! Reading the variables of the hint scopes, for people who look at a paused VM.

use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{ReadScopes, Scope};

use super::error::{HintError, out_of_order};
use super::run_state::RunState;
use super::session::HintSession;

impl HintSession {
    /// The variables of the hint scopes, outermost first, those of all languages of the engine together; each
    /// text cut to `max_text_bytes`.
    ///
    /// # Errors
    /// [`HintError`] when the engine is gone.
    pub(crate) async fn read_scopes(
        &mut self,
        vm: &mut VirtualMachine,
        state: &mut RunState,
        max_text_bytes: u32,
    ) -> Result<Vec<Scope>, HintError> {
        let mut all = Vec::new();
        for index in self.used_languages() {
            let mut exchange = self.exchange_of(vm, None, index);
            exchange.limit = Some(self.looking_time());
            let language = &mut self.languages[index];
            let name = language.name.clone();
            let request = Request::ReadScopes(ReadScopes {
                max_text_bytes,
                scopes: language.take_untold_scopes(),
                language: name.clone(),
            });
            match self.converse(vm, state, request, &mut exchange).await? {
                Response::Scopes(scopes) => merge(&mut all, scopes.scopes, &name),
                Response::Failed(failed) => return Err(HintError::Raised(Box::new(failed))),
                _ => return Err(out_of_order()),
            }
        }
        Ok(all)
    }
}

/// Adds the variables of one language, or engine, to those of others in scopes of the same depth.
pub(super) fn merge(all: &mut Vec<Scope>, scopes: Vec<Scope>, language: &str) {
    if all.len() < scopes.len() {
        all.resize_with(scopes.len(), Scope::default);
    }
    for (scope, mut more) in all.iter_mut().zip(scopes) {
        if !language.is_empty() {
            for variable in &mut more.variables {
                language.clone_into(&mut variable.language);
            }
        }
        scope.variables.extend(more.variables);
    }
}
