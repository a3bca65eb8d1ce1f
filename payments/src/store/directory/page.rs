//! Lists are read a page at a time, after a cursor: the identifier of the last item of the page before.

/// A page of a list, in the order of its identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, I> {
    /// What is on it.
    pub items: Vec<T>,
    /// The cursor of the next page, when there may be one.
    pub next: Option<I>,
}

impl<T, I> Page<T, I> {
    /// A page of `rows`, of which at most `most` were asked for.
    pub(super) fn of<R, E>(
        rows: Vec<R>,
        most: i64,
        id: impl Fn(&R) -> I,
        item: impl FnMut(R) -> Result<T, E>,
    ) -> Result<Self, E> {
        let full = i64::try_from(rows.len()).is_ok_and(|count| count >= most);
        let next = rows.last().filter(|_| full).map(id);
        Ok(Self { items: rows.into_iter().map(item).collect::<Result<_, _>>()?, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_page_has_one_after_it() {
        let page = |rows: Vec<u8>| Page::<u8, u8>::of(rows, 3, |row| *row, Ok::<_, ()>).unwrap().next;
        assert_eq!((page(vec![]), page(vec![1, 2]), page(vec![1, 2, 3])), (None, None, Some(3)));
    }
}
