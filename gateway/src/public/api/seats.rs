//! How many streams a merchant holds open at this gateway: each costs a connection for as long as it lasts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use payments::merchant::MerchantId;

/// The most streams of one merchant at one gateway.
const MOST: usize = 20;

/// Who holds how many. Cheap to clone.
#[derive(Clone, Default)]
pub struct Seats(Arc<Mutex<HashMap<MerchantId, usize>>>);

/// One stream's; it is free again when this is dropped.
pub(super) struct Seat {
    seats: Seats,
    merchant: MerchantId,
}

impl Seats {
    /// One more stream; none when the merchant has as many as it may.
    pub(super) fn take(&self, merchant: MerchantId) -> Option<Seat> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(merchant).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Seat { seats: self.clone(), merchant })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.merchant) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(&self.merchant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merchant_has_so_many_streams_and_takes_none_from_another() {
        let seats = Seats::default();
        let merchant = |number| MerchantId::from_uuid(uuid::Uuid::from_u128(number));
        let mut taken: Vec<_> = (0..MOST).map(|_| seats.take(merchant(1)).unwrap()).collect();
        assert!(seats.take(merchant(1)).is_none() && seats.take(merchant(2)).is_some());
        taken.pop();
        assert!(seats.take(merchant(1)).is_some());
        drop(taken);
        assert!(seats.0.lock().unwrap().is_empty(), "nothing is kept of who has left");
    }
}
