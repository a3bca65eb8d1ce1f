//! Linking the customer's mobile number or e-mail address to their account.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use payments::directory::Proxy;
use serde::Deserialize;

use super::failure::Failure;
use super::session::SignedIn;
use super::view::View;
use super::wish::NotYet;
use super::words;
use crate::demo::bank::store::{Books, Link};
use crate::demo::bank::{Bank, BankError, Customer};

#[derive(Default, Deserialize)]
pub(super) struct LinkForm {
    pub(super) proxy: String,
}

pub(super) async fn page(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
) -> Result<HttpResponse, Failure> {
    Ok(view.link(&links(&bank, &customer).await?, &LinkForm::default(), None, false))
}

pub(super) async fn link(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    form: web::Form<LinkForm>,
) -> Result<HttpResponse, Failure> {
    let Ok(proxy) = Proxy::parse_any(&form.proxy) else {
        let words = NotYet::Payee.words();
        return Ok(view.link(&links(&bank, &customer).await?, &form, Some(&words), false));
    };
    match bank.link(&customer, proxy).await {
        Ok(()) => Ok(view.link(&links(&bank, &customer).await?, &LinkForm::default(), None, true)),
        Err(BankError::Switch(_)) => {
            let words = words::not_linked();
            Ok(view.link(&links(&bank, &customer).await?, &form, Some(&words), false))
        }
        Err(other) => Err(other.into()),
    }
}

async fn links(bank: &Arc<Bank>, customer: &Customer) -> Result<Vec<Link>, BankError> {
    let links = bank.books(Books::links).await?;
    Ok(links.into_iter().filter(|link| link.account == customer.account).collect())
}
