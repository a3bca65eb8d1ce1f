//! Waiting, on this thread, for what another one will say.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Waits until the future is ready. Only for threads that may wait: on one that drives futures itself, such as
/// [`Db::write_soon`](crate::Db::write_soon) of others, nothing else would go on.
pub fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Parked(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// A thread that waits.
struct Parked(Thread);

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use futures_channel::oneshot;

    use super::*;

    #[test]
    fn a_thread_waits_until_another_answers() {
        let (answer, answered) = oneshot::channel();
        let answering = thread::spawn(move || {
            thread::yield_now();
            answer.send(7).unwrap();
        });
        assert_eq!(wait(answered), Ok(7));
        assert_eq!(wait(async { 8 }), 8);
        answering.join().unwrap();
    }
}
