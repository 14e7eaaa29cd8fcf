//! Reading the variables of the hint scopes, for people who look at a paused VM.

use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{ReadScopes, Scope};

use super::session::{HintError, HintSession, out_of_order};

impl HintSession {
    /// The variables of the hint scopes, outermost first, each text cut to `max_text_bytes`.
    ///
    /// # Errors
    /// [`HintError`] when the engine is gone.
    pub async fn read_scopes(
        &mut self,
        vm: &mut VirtualMachine,
        max_text_bytes: u32,
    ) -> Result<Vec<Scope>, HintError> {
        let mut exchange = self.exchange_of(vm, None);
        let scopes = self.take_untold_scopes();
        let request = Request::ReadScopes(ReadScopes {
            max_text_bytes,
            scopes,
        });
        match self.converse(vm, request, &mut exchange).await? {
            Response::Scopes(scopes) => Ok(scopes.scopes),
            Response::Failed(failed) => Err(HintError::Raised(Box::new(failed))),
            _ => Err(out_of_order()),
        }
    }
}
