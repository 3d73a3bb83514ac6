//! A list whose first items need no allocation.

/// A list that lives inside its owner up to `N` items, and on the heap from there on.
#[derive(Clone)]
pub(super) struct Spill<T, const N: usize> {
    inside: [T; N],
    length: usize,
    spilled: Vec<T>,
}

impl<T: Copy + Default, const N: usize> Spill<T, N> {
    pub(super) fn new() -> Self {
        Self { inside: [T::default(); N], length: 0, spilled: Vec::new() }
    }

    /// Adds `item`. `most_to_come` says how many may follow, itself included, so that moving to the heap happens once.
    pub(super) fn push(&mut self, item: T, most_to_come: impl FnOnce() -> usize) {
        match self.inside.get_mut(self.length) {
            Some(slot) => *slot = item,
            None => {
                if self.spilled.is_empty() {
                    self.spilled.reserve_exact(N.saturating_add(most_to_come()));
                    self.spilled.extend_from_slice(&self.inside);
                }
                self.spilled.push(item);
            }
        }
        self.length = self.length.saturating_add(1);
    }

    pub(super) fn as_slice(&self) -> &[T] {
        match self.spilled.as_slice() {
            [] => self.inside.get(..self.length).unwrap_or_default(),
            spilled => spilled,
        }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        match self.spilled.as_mut_slice() {
            [] => self.inside.get_mut(..self.length).unwrap_or_default(),
            spilled => spilled,
        }
    }
}
