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
    Ok(view.home(&customer, balance, &links, &history))
}
