//! Tests of the stand-in from outside: of its servers with raw requests, and of its command.

mod access;
mod cli;
mod connect;
mod credentials;
mod customer;
mod event_bridge_and_dynamodb;
mod faults;
mod gateway_events;
mod gateway_responses;
mod invoke_api;
mod participant;
mod participant_chat;
mod participant_past;
mod participant_transcript;
mod playground;
mod process;
mod runtime_api;
mod support;
mod tls;
