//! What the engine of the hints knows that the end of a run needs.

use super::failure::{Failure, FailureReason};
use super::finish::{Ended, Exception, RunFailure};
use super::machine::Machine;

/// Checks the rules that hints registered and asks the engine for its side of the end.
///
/// # Errors
/// [`Failure`] when a rule raises or does not hold, or the engine is gone.
pub async fn end_hints(machine: &mut Machine, ended: &mut Ended) -> Result<(), Failure> {
    let complaint = machine
        .verify_rules()
        .await
        .map_err(|error| Failure::of_hint(error, "a rule at the end of the run"))?;
    if let Err(text) = complaint {
        let failure = RunFailure::new(Exception::InconsistentAutoDeduction, text);
        return Err(Failure::new(FailureReason::EndOfRun, failure.to_string()));
    }
    let news = machine.natives.as_mut().map(|natives| {
        ended.scope_depth = natives.depth();
        natives.take_news()
    });
    let Some(session) = &mut machine.session else {
        return Ok(());
    };
    if let Some((change, variables_json)) = news {
        session.follow_scopes(change, variables_json);
    }
    let depth = session
        .end_run(&mut machine.runner.vm)
        .await
        .map_err(|error| Failure::of_hint(error, "the end of the run"))?;
    ended.scope_depth = depth as usize;
    ended.pure_address = session.pure_address().map(str::to_owned);
    ended.output_attributes = session.unheld_attributes().map(str::to_owned);
    Ok(())
}
