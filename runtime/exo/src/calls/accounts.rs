use exo_facts::{Error, Handle, Kind, Rights};

use crate::kernel::Kernel;
use crate::machine::Machine;
use crate::objects::Account;
use crate::reply::Granted;

impl<M: Machine> Kernel<M> {
    /// Makes an empty account, with all rights but that to mint.
    pub fn account_create(&mut self) -> Result<Handle, Error> {
        let id = self.accounts.take().ok_or(Error::TableFull)?;
        let rights = Rights::READ | Rights::WRITE | Rights::GRANT;
        match self.grant_new(Kind::Account, rights, id, 0, 0) {
            Ok(handle) => {
                self.accounts[id] = Account {
                    references: 1,
                    ..Account::FREE
                };
                Ok(handle)
            }
            Err(error) => {
                self.accounts.give(id);
                Err(error)
            }
        }
    }

    /// Moves gas from one account to another; processes that starved there may run again.
    pub fn account_transfer(&mut self, from: Granted, to: Granted, amount: u64) -> Result<(), Error> {
        let rest = self.accounts[from.object].balance.checked_sub(amount).ok_or(Error::NoGas)?;
        if from.object == to.object {
            return Ok(());
        }
        let sum = self.accounts[to.object].balance.checked_add(amount).ok_or(Error::Overflow)?;
        self.accounts[from.object].balance = rest;
        self.accounts[to.object].balance = sum;
        self.feed(to.object);
        Ok(())
    }

    /// What an account holds.
    #[inline]
    pub fn account_query(&mut self, account: Granted) -> Result<u64, Error> {
        Ok(self.accounts[account.object].balance)
    }

    /// Adds gas from nowhere.
    pub fn account_mint(&mut self, account: Granted, amount: u64) -> Result<(), Error> {
        let balance = &mut self.accounts[account.object].balance;
        *balance = balance.checked_add(amount).ok_or(Error::Overflow)?;
        self.feed(account.object);
        Ok(())
    }
}
