//! Codes from pictures: camera frames that the page's script sends, or a picture that the customer uploads.

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use futures_util::TryStreamExt;
use payments::qr::scan::{self, ScanError};
use serde::Serialize;

use super::failure::Failure;
use super::pay;
use super::session::SignedIn;
use super::view::View;
use super::wish::{Field, PayForm};
use super::words::Words;
use crate::demo::bank::Bank;
use crate::error::Problem;

/// Bytes of a picture at most.
pub(super) const MAX_PICTURE: usize = 8 * 1024 * 1024;

#[derive(Serialize)]
struct Scanned {
    payload: String,
}

/// One camera frame: the text of the code in it, or 204 when there is none to be read.
pub(super) async fn frame(_: SignedIn, picture: web::Bytes) -> Result<HttpResponse, Problem> {
    match web::block(move || scan::read(&picture)).await? {
        Ok(texts) => {
            let payload = texts.into_iter().next().unwrap_or_default();
            Ok(HttpResponse::Ok().json(Scanned { payload }))
        }
        Err(ScanError::NoCode) => Ok(HttpResponse::NoContent().finish()),
        Err(refused) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "picture",
            "This picture cannot be read",
            refused.to_string(),
        )),
    }
}

/// A picture from a form without script: the pay page again, with the code's text filled in.
pub(super) async fn upload(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    mut parts: Multipart,
) -> Result<HttpResponse, Failure> {
    let balance = pay::balance(&bank, &customer).await?;
    let picture = picture(&mut parts).await;
    let texts = match picture {
        Some(picture) => web::block(move || scan::read(&picture)).await.map_err(|e| Failure::internal(&e))?.ok(),
        None => None,
    };
    match texts.and_then(|texts| texts.into_iter().next()) {
        Some(payload) => Ok(view.pay(balance, &PayForm { payload, ..PayForm::default() }, None)),
        None => Ok(view.pay(balance, &PayForm::default(), Some((Field::Payload, unreadable())))),
    }
}

/// The first part that holds something, up to [`MAX_PICTURE`].
async fn picture(parts: &mut Multipart) -> Option<Vec<u8>> {
    while let Ok(Some(mut part)) = parts.try_next().await {
        let mut bytes = Vec::new();
        while let Ok(Some(chunk)) = part.try_next().await {
            if bytes.len() + chunk.len() > MAX_PICTURE {
                return None;
            }
            bytes.extend_from_slice(&chunk);
        }
        if !bytes.is_empty() {
            return Some(bytes);
        }
    }
    None
}

fn unreadable() -> Words {
    Words::new(
        "照片裏找不到付款碼。靠近一點，讓整個碼在照片裏。",
        "No payment code was found in the picture. Move closer, with the whole code in view.",
    )
}
