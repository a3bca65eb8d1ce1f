//! The merchant console: `/merchant/…` for whoever works for a shop and is signed in with a passkey.
//!
//! Identity says who they are; payments says for which merchant they may do what. A person is known to payments by an
//! identifier alone.

mod bills;
mod books;
mod codes;
mod counter;
mod desk;
mod events;
mod programs;
mod receipts;
mod shops;
mod staff;
mod till;
mod words;

use actix_web::web;

pub(super) use programs::program_of;
pub(super) use words::words;

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/merchant", web::get().to(shops::show))
        .route("/merchant/join", web::post().to(shops::join))
        .route("/merchant/{id}", web::get().to(counter::show))
        .route("/merchant/{id}/events", web::get().to(events::stream))
        .route("/merchant/{id}/codes", web::get().to(codes::show))
        .route("/merchant/{id}/code.svg", web::get().to(codes::svg))
        .route("/merchant/{id}/code.png", web::get().to(codes::png))
        .route("/merchant/{id}/poster-{paper}.pdf", web::get().to(codes::poster))
        .route("/merchant/{id}/bills", web::get().to(bills::list))
        .route("/merchant/{id}/bills", web::post().to(bills::make))
        .route("/merchant/{id}/bills/{bill}", web::get().to(bills::show))
        .route("/merchant/{id}/bills/{bill}/code.svg", web::get().to(bills::svg))
        .route("/merchant/{id}/bills/{bill}/bill.pdf", web::get().to(bills::pdf))
        .route("/merchant/{id}/bills/{bill}/cancel", web::post().to(bills::cancel))
        .route("/merchant/{id}/receipts/{payment}", web::get().to(receipts::show))
        .route("/merchant/{id}/receipts/{payment}/refund", web::post().to(receipts::refund))
        .route("/merchant/{id}/books", web::get().to(books::show))
        .route("/merchant/{id}/books/{day}.csv", web::get().to(books::csv))
        .route("/merchant/{id}/books/{day}-{currency:[A-Z]{3}}-{page}.xml", web::get().to(books::notification))
        .route("/merchant/{id}/programs", web::get().to(programs::show))
        .route("/merchant/{id}/programs", web::post().to(programs::add))
        .route("/merchant/{id}/programs/server", web::post().to(programs::server))
        .route("/merchant/{id}/programs/deliveries/{delivery}", web::post().to(programs::deliver_again))
        .route("/merchant/{id}/programs/{client}/returns", web::post().to(programs::returns))
        .route("/merchant/{id}/programs/{client}/remove", web::post().to(programs::remove))
        .route("/merchant/{id}/staff", web::get().to(staff::show))
        .route("/merchant/{id}/staff/invite", web::post().to(staff::invite))
        .route("/merchant/{id}/staff/{person}/remove", web::post().to(staff::remove))
        .route("/merchant/{id}/tills/{label}", web::get().to(till::form))
        .route("/merchant/{id}/tills/{label}", web::post().to(till::ask))
        .route("/merchant/{id}/tills/{label}/{request}.svg", web::get().to(till::svg))
        .route("/merchant/{id}/tills/{label}/{request}", web::get().to(till::show))
        .route("/merchant/{id}/tills/{label}/{request}/cancel", web::post().to(till::cancel));
}
