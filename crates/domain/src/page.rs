//! A page of a list: keyset, in either direction, never an offset.

/// The most rows one page may hold.
pub const MOST: usize = 100;
/// The rows of a page when the caller does not say.
pub const USUAL: usize = 20;

/// From which end a page is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The first rows after a place.
    #[default]
    Forward,
    /// The last rows before a place.
    Backward,
}

/// A request for a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// How many rows at most.
    pub size: usize,
    /// From which end.
    pub direction: Direction,
    /// The opaque place to go on from.
    pub cursor: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self::first(USUAL)
    }
}

/// Why a page's arguments are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Both ends were asked for.
    #[error("give first (with after) or last (with before), not both")]
    BothEnds,
    /// The size is out of range.
    #[error("a page holds 1 to 100 rows")]
    Size,
}

impl Page {
    /// The first `size` rows.
    #[must_use]
    pub const fn first(size: usize) -> Self {
        Self {
            size,
            direction: Direction::Forward,
            cursor: None,
        }
    }

    /// Reads the four Relay arguments.
    ///
    /// # Errors
    /// [`PageError`] where both ends are given or the size is out of range.
    pub fn from_arguments(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self, PageError> {
        let (size, direction, cursor) = match (first, after, last, before) {
            (Some(_), _, Some(_), _)
            | (_, Some(_), _, Some(_))
            | (Some(_), _, _, Some(_))
            | (_, Some(_), Some(_), _) => {
                return Err(PageError::BothEnds);
            }
            (first, after, None, None) => (first, Direction::Forward, after),
            (None, None, last, before) => (last, Direction::Backward, before),
        };
        let size = size
            .map_or(Ok(USUAL), usize::try_from)
            .map_err(|_| PageError::Size)?;
        if size == 0 || size > MOST {
            return Err(PageError::Size);
        }
        Ok(Self {
            size,
            direction,
            cursor,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_counted_from_one_end_only() {
        assert_eq!(
            Page::from_arguments(Some(5), None, Some(5), None),
            Err(PageError::BothEnds)
        );
        assert_eq!(Page::from_arguments(None, None, None, None), Ok(Page::first(20)));
        assert_eq!(
            Page::from_arguments(Some(0), None, None, None),
            Err(PageError::Size)
        );
        assert_eq!(
            Page::from_arguments(Some(101), None, None, None),
            Err(PageError::Size)
        );
        assert_eq!(
            Page::from_arguments(Some(-1), None, None, None),
            Err(PageError::Size)
        );
        let backward = Page::from_arguments(None, None, Some(3), Some("x".into())).unwrap();
        assert_eq!(backward.direction, Direction::Backward);
    }
}
