//! Who talks to whom: the roles of document `000`, its two models, and the legs of each.

use std::fmt;

/// Who takes part (S0-2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Role {
    /// The customer's mobile app, in the hands of whoever installed it.
    App,
    /// The backend of the bank or organisation.
    CustomerBackend,
    /// The VNPT BioID service.
    BioId,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::App, Self::CustomerBackend, Self::BioId];

    /// The role as a stable word, for logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::CustomerBackend => "customer_backend",
            Self::BioId => "bioid",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A [`Role`] as a type. Sealed.
pub trait Party: sealed::Sealed {
    /// The role.
    const ROLE: Role;
}

/// The customer's mobile app, as a type.
#[derive(Clone, Copy, Debug)]
pub enum App {}

/// The customer's backend, as a type.
#[derive(Clone, Copy, Debug)]
pub enum CustomerBackend {}

/// The VNPT BioID service, as a type.
#[derive(Clone, Copy, Debug)]
pub enum BioId {}

impl Party for App {
    const ROLE: Role = Role::App;
}

impl Party for CustomerBackend {
    const ROLE: Role = Role::CustomerBackend;
}

impl Party for BioId {
    const ROLE: Role = Role::BioId;
}

/// One of the two deployments that the document recommends, as a type. Sealed.
pub trait Model: sealed::Sealed {
    /// The messages of the model, in the order of the document's steps.
    const LEGS: &'static [Leg];
}

/// Model 1, the one that VNPT recommends (S0-2): the app talks to the customer's backend alone.
#[derive(Clone, Copy, Debug)]
pub enum BackendToBackend {}

/// Model 2: the app calls the service, and hands its result on to the customer's backend (S0-7).
#[derive(Clone, Copy, Debug)]
pub enum FrontendToBackend {}

impl Model for BackendToBackend {
    const LEGS: &'static [Leg] = &[
        Leg::new(Some(2), Role::App, Role::CustomerBackend, Duty::Demanded),
        Leg::new(Some(3), Role::CustomerBackend, Role::BioId, Duty::UnlessMutualTls),
        Leg::new(Some(4), Role::BioId, Role::CustomerBackend, Duty::UnlessMutualTls),
        Leg::new(Some(5), Role::CustomerBackend, Role::App, Duty::Demanded),
    ];
}

impl Model for FrontendToBackend {
    const LEGS: &'static [Leg] = &[
        Leg::new(Some(2), Role::App, Role::BioId, Duty::Demanded),
        Leg::new(Some(3), Role::BioId, Role::App, Duty::Demanded),
        Leg::new(Some(4), Role::App, Role::CustomerBackend, Duty::Demanded),
        // No step of the document: how a backend asks the service whether the app told the truth.
        Leg::new(None, Role::CustomerBackend, Role::BioId, Duty::Demanded),
        Leg::new(None, Role::BioId, Role::CustomerBackend, Duty::Demanded),
        Leg::new(Some(5), Role::CustomerBackend, Role::App, Duty::Demanded),
    ];
}

/// One message of a model: who sends it to whom, and whether it must be signed.
///
/// ```
/// use countersign::partner::vnpt_bioid::{BackendToBackend, Duty, FrontendToBackend, Model};
///
/// // S0-C1: the warning of model 1 leaves out the leg to the service, that of model 2 leaves out none.
/// let demanded = |legs: &[countersign::partner::vnpt_bioid::Leg]| {
///     legs.iter().filter(|leg| leg.duty() == Duty::Demanded).count()
/// };
/// assert_eq!((demanded(BackendToBackend::LEGS), BackendToBackend::LEGS.len()), (2, 4));
/// assert_eq!((demanded(FrontendToBackend::LEGS), FrontendToBackend::LEGS.len()), (6, 6));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Leg {
    step: Option<u8>,
    from: Role,
    to: Role,
    duty: Duty,
}

impl Leg {
    const fn new(step: Option<u8>, from: Role, to: Role, duty: Duty) -> Self {
        Self { step, from, to, duty }
    }

    /// The document's number of the step, where it has one.
    #[must_use]
    pub const fn step(&self) -> Option<u8> {
        self.step
    }

    /// Who sends.
    #[must_use]
    pub const fn from(&self) -> Role {
        self.from
    }

    /// Who receives.
    #[must_use]
    pub const fn to(&self) -> Role {
        self.to
    }

    /// Whether it asks or answers: requests go from the app towards the service, and answers come back.
    #[must_use]
    pub const fn kind(&self) -> LegKind {
        match (self.from, self.to) {
            (Role::App, _) | (Role::CustomerBackend, Role::BioId) => LegKind::Request,
            _ => LegKind::Answer,
        }
    }

    /// Whether it must be signed.
    #[must_use]
    pub const fn duty(&self) -> Duty {
        self.duty
    }

    /// Whether the app is at one end, where no secret is safe (S0-5).
    pub(super) const fn is_of_app(&self) -> bool {
        matches!((self.from, self.to), (Role::App, _) | (_, Role::App))
    }
}

/// Whether a message asks or answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LegKind {
    /// An HTTP request.
    Request,
    /// An HTTP response.
    Answer,
}

/// Whether the messages of a leg must be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Duty {
    /// The document's warning names it; or it is the only way to learn the truth.
    Demanded,
    /// The warning leaves it out (S0-C1): signed all the same, unless the host declares mutual TLS.
    UnlessMutualTls,
}

mod sealed {
    #[expect(unnameable_types, reason = "sealed: nobody outside may implement it")]
    pub trait Sealed {}
    impl Sealed for super::App {}
    impl Sealed for super::CustomerBackend {}
    impl Sealed for super::BioId {}
    impl Sealed for super::BackendToBackend {}
    impl Sealed for super::FrontendToBackend {}
}
