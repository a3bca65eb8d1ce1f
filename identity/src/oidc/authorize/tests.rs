//! The checks of an authorization request, each with its error; and what comes next, case by case.

mod checks;
mod decision;
