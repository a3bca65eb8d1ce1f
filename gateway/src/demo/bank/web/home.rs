//! The customer's own page: what they have, what they paid, what they received.

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::failure::Failure;
use super::session::SignedIn;
use super::view::View;
use crate::demo::bank::Bank;

/// Lines of history on the page.
const LINES: i64 = 20;

pub(super) async fn page(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
) -> Result<HttpResponse, Failure> {
    let account = customer.account.clone();
    let (balance, links, history) = bank
        .books(move |books| Ok((books.balance(&account)?, books.links()?, books.history(&account, LINES)?)))
        .await?;
    let links: Vec<_> = links.into_iter().filter(|link| link.account == customer.account).collect();
    // What cannot be asked now is asked when the page is looked at again.
    let asked = bank.waiting(&customer).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "what waits to be paid could not be read");
        Vec::new()
    });
    Ok(view.home(&customer, balance, &links, &asked, &history))
}
