//! Pages: what is shown, and nothing of why. A page is a struct of plain values and a template in `templates/`;
//! both languages stand side by side in the template, so that no sentence can be missing in one of them.

pub mod activate;
pub mod activate_confirm;
pub mod assets;
pub mod bank_brand;
pub mod bank_confirm;
pub mod bank_home;
pub mod bank_link;
pub mod bank_login;
pub mod bank_pay;
pub mod bank_request;
pub mod bank_result;
pub mod bank_show;
mod claim;
pub mod consent;
pub mod console;
mod context;
pub mod eservice_home;
pub mod eservice_profile;
mod grouped;
pub mod home;
mod language;
pub mod me;
pub mod merchant;
pub mod message;
pub mod moment;
pub mod money;
pub mod my_bills;
pub mod my_proxies;
pub mod pay;
pub mod proposals;
mod reason;
pub mod ridge_chart;
pub mod sign_in;
pub mod sign_out;
pub mod stop;
#[cfg(test)]
mod tests;
pub mod till;

pub use context::Page;
pub use language::Lang;
