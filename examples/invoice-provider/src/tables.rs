//! The business, as far as the demo needs it: accounts and invoices, in memory.
//!
//! A provider has a database here. What these methods change together is one transaction there, with the
//! settlement of the order in it, where the orders live in the same database (`guard::postgres`).

use std::collections::BTreeMap;

use countersign::digest;
use countersign::encoding::hex;
use countersign::partner::bank_sso::{BankClaims, Order};
use serde::{Deserialize, Serialize};

/// The tables of the provider.
#[derive(Default)]
pub struct Tables {
    /// The packages of each account.
    accounts: BTreeMap<String, Vec<String>>,
    /// `user_invoice_account` (S1-21): the account of each OUID.
    owners: BTreeMap<String, String>,
    invoices: BTreeMap<String, Invoice>,
}

/// One invoice, and whose it is.
#[derive(Clone, Debug, Serialize)]
pub struct Invoice {
    /// Its id here.
    pub invoice_id: String,
    /// The customer.
    pub ouid: String,
    /// What it says.
    #[serde(flatten)]
    pub content: InvoiceContent,
}

/// What an invoice says (S1-22).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct InvoiceContent {
    /// The customer's number for it.
    pub invoice_number: String,
    /// In the smallest unit of the currency; VND has no smaller one.
    pub amount: u64,
    /// ISO 4217.
    pub currency: String,
    /// What it is for.
    pub description: String,
}

/// Why the business says no to a request that was granted. The document has no codes for this: agree on
/// them with the bank.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Declined {
    /// On-boarding, or linking, of a customer who has an account already.
    AccountExists,
    /// No such account, or none for this customer.
    AccountUnknown,
    /// No such invoice of this customer.
    InvoiceUnknown,
    /// The body is none of an invoice.
    BodyMalformed,
}

impl Declined {
    /// The HTTP status and the code.
    #[must_use]
    pub const fn answer(self) -> (u16, &'static str) {
        match self {
            Self::AccountExists => (409, "ACCOUNT_EXISTS"),
            Self::AccountUnknown => (404, "ACCOUNT_UNKNOWN"),
            Self::InvoiceUnknown => (404, "INVOICE_UNKNOWN"),
            Self::BodyMalformed => (400, "INVALID_BODY"),
        }
    }
}

impl Tables {
    /// Tables with an account that was opened before the bank came, to be linked.
    #[must_use]
    pub fn with_account(account: &str) -> Self {
        Self { accounts: BTreeMap::from([(account.to_owned(), Vec::new())]), ..Self::default() }
    }

    /// On-boarding: a new account with its first package. Gives the id of the package's invoice.
    ///
    /// # Errors
    /// [`Declined::AccountExists`].
    pub fn on_board(&mut self, claims: &BankClaims, order: &Order) -> Result<String, Declined> {
        let ouid = claims.ouid.as_str();
        if self.owners.contains_key(ouid) {
            return Err(Declined::AccountExists);
        }
        let account = id("acc", &[ouid]);
        self.owners.insert(ouid.to_owned(), account.clone());
        self.accounts.insert(account, vec![order.product_code.to_string()]);
        Ok(id("inv", &[ouid, order.id.as_str()]))
    }

    /// Account linking: the OUID gets the account that the signed claim names. Gives the account's id.
    ///
    /// # Errors
    /// [`Declined::AccountUnknown`], and [`Declined::AccountExists`] where the OUID has another.
    pub fn link(&mut self, claims: &BankClaims) -> Result<String, Declined> {
        let account = claims.link_account.as_ref().ok_or(Declined::AccountUnknown)?.as_str();
        if !self.accounts.contains_key(account) {
            return Err(Declined::AccountUnknown);
        }
        let linked = self.owners.entry(claims.ouid.to_string()).or_insert_with(|| account.into());
        if linked == account { Ok(account.to_owned()) } else { Err(Declined::AccountExists) }
    }

    /// Another package for the OUID's account. Gives the id of the package's invoice.
    ///
    /// # Errors
    /// [`Declined::AccountUnknown`].
    pub fn purchase(&mut self, claims: &BankClaims, order: &Order) -> Result<String, Declined> {
        let ouid = claims.ouid.as_str();
        let account = self.owners.get(ouid).and_then(|account| self.accounts.get_mut(account));
        account.ok_or(Declined::AccountUnknown)?.push(order.product_code.to_string());
        Ok(id("inv", &[ouid, order.id.as_str()]))
    }

    /// An invoice of the OUID. Gives its id.
    ///
    /// # Errors
    /// [`Declined::AccountUnknown`].
    pub fn create_invoice(
        &mut self,
        claims: &BankClaims,
        content: InvoiceContent,
    ) -> Result<String, Declined> {
        let ouid = claims.ouid.to_string();
        if !self.owners.contains_key(&ouid) {
            return Err(Declined::AccountUnknown);
        }
        let invoice_id = id("inv", &[&ouid, &claims.jti]);
        let invoice = Invoice { invoice_id: invoice_id.clone(), ouid, content };
        self.invoices.insert(invoice_id.clone(), invoice);
        Ok(invoice_id)
    }

    /// The invoice of this id, if it is the OUID's own.
    ///
    /// # Errors
    /// [`Declined::InvoiceUnknown`], also for an invoice of somebody else.
    pub fn invoice(&self, claims: &BankClaims, invoice_id: &str) -> Result<&Invoice, Declined> {
        let invoice = self.invoices.get(invoice_id);
        let own = invoice.filter(|invoice| invoice.ouid == claims.ouid.as_str());
        own.ok_or(Declined::InvoiceUnknown)
    }
}

/// An id made from what the thing is made from: done twice, it would still be one thing.
fn id(kind: &str, parts: &[&str]) -> String {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    format!("{kind}-{:.16}", hex::encode(digest::fingerprint(kind, &parts)))
}
