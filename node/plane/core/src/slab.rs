//! Values with small, reused indices: how the parts of a shard name each other.

/// Index of nothing.
pub const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub struct Slab<T> {
    values: Vec<Option<Box<T>>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab { values: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// The index that the next [`Slab::insert`] will give.
    pub fn next_index(&self) -> u32 {
        self.free.last().copied().unwrap_or(self.values.len() as u32)
    }

    pub fn insert(&mut self, value: T) -> u32 {
        match self.free.pop() {
            Some(index) => {
                self.values[index as usize] = Some(Box::new(value));
                index
            }
            None => {
                self.values.push(Some(Box::new(value)));
                self.values.len() as u32 - 1
            }
        }
    }

    pub fn remove(&mut self, index: u32) -> Option<T> {
        let value = self.values.get_mut(index as usize)?.take()?;
        self.free.push(index);
        Some(*value)
    }

    pub fn get(&self, index: u32) -> Option<&T> {
        self.values.get(index as usize)?.as_deref()
    }

    pub fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.values.get_mut(index as usize)?.as_deref_mut()
    }

    pub fn len(&self) -> usize {
        self.values.len() - self.free.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One more than the highest index in use or free.
    pub fn end(&self) -> u32 {
        self.values.len() as u32
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.values.iter().enumerate().filter_map(|(index, value)| Some((index as u32, value.as_deref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_reused() {
        let mut slab = Slab::default();
        let (a, b) = (slab.insert('a'), slab.insert('b'));
        assert_eq!(slab.remove(a), Some('a'));
        assert_eq!(slab.remove(a), None);
        assert_eq!((slab.next_index(), slab.len()), (a, 1));
        assert_eq!(slab.insert('c'), a);
        assert_eq!(slab.iter().map(|(_, v)| *v).collect::<String>(), "cb");
        assert_eq!(slab.get(b), Some(&'b'));
    }
}
