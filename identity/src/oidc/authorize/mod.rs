//! The authorization endpoint (OpenID Connect Core, section 3.1.2): what is asked, whether it may be asked,
//! what the resident must still do, and the answer.
//!
//! The way of a request, in order: [`identify`] finds where an answer may go (before that, errors are shown
//! as a page); [`AuthorizationRequest::check`] runs the checks of [`checks`] one after another (errors go to
//! the client by redirect); [`decide`] says what is missing: sign-in, consent, or nothing.

mod acr;
mod asked;
mod checks;
mod decision;
mod interaction;
mod prompt;
mod request;
mod response;

pub use acr::AcrRequest;
pub use asked::Asked;
pub use decision::{Decision, Standing, decide};
pub(crate) use interaction::Interaction;
pub use interaction::{
    AuthorizationStep, BrowserSecret, ClientDisplay, ConsentPage, InteractionId, InteractionTicket, PageError,
    RequestedAttribute, SignInPage,
};
pub use prompt::{Prompt, Prompts};
pub use request::{AuthorizationRequest, identify};
pub use response::{error_response, success_response};

#[cfg(test)]
mod tests;
