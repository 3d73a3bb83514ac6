//! What a policy demands, and what a signature covers.

use super::component::{Component, ComponentId};
use super::text::shown;
use super::{ComponentFault, DigestField, HttpSigError, MAX_COMPONENTS};

/// The components that a policy demands, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Required {
    ids: Vec<ComponentId>,
    /// As a signature lists them.
    listed: String,
}

impl Required {
    /// Adds a component, unless it is there.
    pub(super) fn add(&mut self, id: ComponentId) {
        if self.ids.contains(&id) {
            return;
        }
        if !self.ids.is_empty() {
            self.listed.push(' ');
        }
        self.listed.push_str(id.text());
        self.ids.push(id);
    }

    pub(super) fn ids(&self) -> &[ComponentId] {
        &self.ids
    }

    /// These components in one text, with a space between each two.
    pub(super) fn listed(&self) -> &str {
        &self.listed
    }

    /// These components and what stands behind them, where a list begins with them in their order, as most do. The last
    /// one ends with the list, or before one of `ends`.
    pub(super) fn split_from<'s>(
        &'s self,
        list: &'s str,
        ends: &[char],
    ) -> (&'s [ComponentId], &'s str) {
        match list.strip_prefix(&self.listed) {
            Some(rest) if rest.is_empty() || rest.starts_with(ends) => (&self.ids, rest),
            _ => (&[], list),
        }
    }
}

/// A component that a signature covers, and the identifier under which it is signed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covered<'s> {
    pub(super) identifier: &'s str,
    pub(super) component: Component<&'s str>,
}

/// What a signature covers, each component once.
pub(super) struct Coverage<'s> {
    /// All that is demanded, where the list begins with it, or nothing: it was read with the policy.
    demanded: &'s [ComponentId],
    others: Vec<Covered<'s>>,
}

impl<'s> Coverage<'s> {
    /// Reads the identifiers that are listed behind those demanded, each of which must stand for another component.
    pub(super) fn read(
        demanded: &'s [ComponentId],
        identifiers: impl Iterator<Item = &'s str>,
        read: impl Fn(&'s str) -> Result<Component<&'s str>, ComponentFault>,
    ) -> Result<Self, HttpSigError> {
        let mut coverage = Self { demanded, others: Vec::new() };
        for identifier in identifiers {
            if coverage.len() >= MAX_COMPONENTS {
                return Err(HttpSigError::TooManyComponents { limit: MAX_COMPONENTS });
            }
            let component = match read(identifier) {
                Ok(component) if coverage.has(&component) => Err(ComponentFault::Repeated),
                component => component,
            };
            let component = component
                .map_err(|fault| HttpSigError::Component { component: shown(identifier), fault })?;
            coverage.others.push(Covered { identifier, component });
        }
        Ok(coverage)
    }

    /// The components in the order in which they are covered.
    pub(super) fn iter(&self) -> impl Iterator<Item = Covered<'s>> {
        let demanded = self.demanded.iter();
        let demanded =
            demanded.map(|id| Covered { identifier: id.text(), component: id.component() });
        demanded.chain(self.others.iter().copied())
    }

    /// The fields with digests of the body among them, each with its place in that order.
    pub(super) fn digests(&self) -> impl Iterator<Item = (usize, DigestField, Component<&'s str>)> {
        let demanded = self.demanded.iter().zip(0_usize..);
        let demanded =
            demanded.filter_map(|(id, place)| Some((place, id.digest()?, id.component())));
        let others = self.others.iter().zip(self.demanded.len()..);
        demanded.chain(others.filter_map(|(covered, place)| {
            Some((place, DigestField::of(&covered.component)?, covered.component))
        }))
    }

    pub(super) const fn len(&self) -> usize {
        self.demanded.len().saturating_add(self.others.len())
    }

    /// Whether a component is covered, by its full identity.
    pub(super) fn has(&self, component: &Component<&str>) -> bool {
        self.iter().any(|covered| covered.component == *component)
    }

    /// The first component demanded that is not covered.
    pub(super) fn missing_of<'r>(&self, required: &'r Required) -> Option<&'r ComponentId> {
        required.ids.iter().skip(self.demanded.len()).find(|id| !self.has(&id.component()))
    }
}
