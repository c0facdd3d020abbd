//! Who is it? The primitives of logging in, without HTTP and without a database.
//!
//! People prove themselves with a [`password`], slowed down by a [`lockout`], and then carry a signed [`token`] until its time
//! is over or it has [`ended`] before; programs use a [`service`] account from the configuration, or a
//! [`service_key`] that an administrator has made. Who a visitor is as a
//! `customer` of a shop is signed by the shop.

pub(crate) mod customer;
pub mod ended;
pub mod lockout;
pub mod password;
pub mod service;
pub mod service_key;
pub mod token;
