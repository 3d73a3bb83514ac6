//! A list whose first items need no allocation.

/// A list that lives inside its owner up to `N` items, and on the heap from there on.
#[derive(Clone)]
pub(super) struct Spill<T, const N: usize> {
    inside: [T; N],
    length: usize,
    /// All items, once there were more than `N`.
    outside: Vec<T>,
}

impl<T: Copy + Default, const N: usize> Spill<T, N> {
    pub(super) fn new() -> Self {
        Self { inside: [T::default(); N], length: 0, outside: Vec::new() }
    }

    /// Adds `item`. `most_to_come` says how many may follow, itself included, so that moving to the
    /// heap happens once.
    // Whether the compiler inlines it depends on the rest of the crate, and a tenth of the time of reading on that.
    #[inline(always)]
    pub(super) fn push(&mut self, item: T, most_to_come: impl FnOnce() -> usize) {
        if !self.outside.is_empty() {
            self.outside.push(item);
        } else if let Some(slot) = self.inside.get_mut(self.length) {
            *slot = item;
        } else {
            self.move_outside(most_to_come());
            self.outside.push(item);
        }
        self.length = self.length.saturating_add(1);
    }

    #[cold]
    fn move_outside(&mut self, most_to_come: usize) {
        self.outside.reserve_exact(N.saturating_add(most_to_come));
        self.outside.extend_from_slice(&self.inside);
    }

    #[inline]
    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        self.as_mut_slice().last_mut()
    }

    /// Removes the last item.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        let last = self.last_mut().copied();
        self.outside.pop();
        self.length = self.length.saturating_sub(1);
        last
    }

    pub(super) const fn len(&self) -> usize {
        self.length
    }

    pub(super) fn as_slice(&self) -> &[T] {
        match self.outside.as_slice() {
            [] => self.inside.get(..self.length).unwrap_or_default(),
            outside => outside,
        }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        match self.outside.as_mut_slice() {
            [] => self.inside.get_mut(..self.length).unwrap_or_default(),
            outside => outside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_the_same_inside_and_outside() {
        let mut list: Spill<usize, 2> = Spill::new();
        for round in 0..2 {
            for item in 0..5 {
                assert_eq!((list.len(), list.as_slice().len()), (item, item), "{round}");
                list.push(item, || 3);
            }
            assert_eq!(list.as_slice(), [0, 1, 2, 3, 4]);
            *list.last_mut().unwrap() = 9;
            assert_eq!(list.as_mut_slice(), [0, 1, 2, 3, 9]);
            for item in [9, 3, 2, 1, 0] {
                assert_eq!(list.pop(), Some(item));
            }
            assert_eq!(list.pop(), None);
        }
    }
}
