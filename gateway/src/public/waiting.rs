//! Which thread answers. What takes no waiting is answered by the one that received it: handing it to another and back
//! costs more than reading a row. Everything else goes to the pool for blocking work.

use actix_web::error::BlockingError;
use actix_web::web;
use identity::Identity;

use crate::server::Gateway;

/// A refusal or failure that may say that nothing was done, because it takes waiting.
pub(super) trait WouldWait {
    /// Whether it says so.
    fn would_wait(&self) -> bool;
}

impl WouldWait for identity::Error {
    fn would_wait(&self) -> bool {
        Self::would_wait(self)
    }
}

impl WouldWait for identity::oidc::Error {
    fn would_wait(&self) -> bool {
        Self::would_wait(self)
    }
}

/// Asks the provider, at once where it can answer so.
pub(super) async fn ask<T, E>(
    gateway: &web::Data<Gateway>,
    question: impl Fn(&Identity) -> Result<T, E> + Send + 'static,
) -> Result<Result<T, E>, BlockingError>
where
    T: Send + 'static,
    E: WouldWait + Send + 'static,
{
    ask_for_soon(gateway, async move |identity: &Identity| question(identity)).await
}

/// Asks the provider for what is ready when a commit is: meanwhile this thread answers others.
pub(super) async fn ask_for_soon<T, E>(
    gateway: &web::Data<Gateway>,
    question: impl AsyncFn(&Identity) -> Result<T, E> + Send + 'static,
) -> Result<Result<T, E>, BlockingError>
where
    T: Send + 'static,
    E: WouldWait + Send + 'static,
{
    if let Some(identity) = gateway.identity.at_once() {
        let answer = question(&identity).await;
        if !answer.as_ref().is_err_and(WouldWait::would_wait) {
            return Ok(answer);
        }
    }
    let gateway = gateway.clone();
    web::block(move || store::wait(question(&gateway.identity))).await
}
