//! The stand-in from outside: its servers by raw requests, its command by its output.

mod cli;
mod connect;
mod credentials;
mod faults;
mod gateway;
mod invoke_api;
mod playground;
mod process;
mod runtime_api;
mod support;
mod tls;
