//! Amazon Connect over TLS.

use std::io;
use std::sync::Arc;

use crate::support::{SIGNED, chat, idle};
use local_aws::{Fault, LocalAws, Options};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

async fn ask(local: &LocalAws, name: &'static str) -> io::Result<crate::support::Answered> {
    let ca = local.ca_file().ok_or(io::ErrorKind::NotFound)?;
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(ca).map_err(io::Error::other)?;
    roots.add(certificate).map_err(io::Error::other)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(local.connect_url().trim_start_matches("https://")).await?;
    let name = ServerName::try_from(name).map_err(io::Error::other)?;
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let headers = [&SIGNED[..], &[("Connection", "close")]].concat();
    crate::support::exchange(
        &mut stream,
        "PUT",
        "/contact/chat",
        &headers,
        chat(json!({})).to_string().as_bytes(),
    )
    .await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    crate::support::parse(&answer)
}

#[tokio::test]
async fn the_certificate_is_valid_for_loopback() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function().tls(true)).await?;
    assert!(local.connect_url().starts_with("https://127.0.0.1:"));
    for name in ["127.0.0.1", "localhost"] {
        assert_eq!(ask(&local, name).await?.status, 200);
    }
    assert!(ask(&local, "example.com").await.is_err());
    local.connect().inject(Fault::reset());
    assert!(ask(&local, "localhost").await.is_err());
    Ok(())
}

#[tokio::test]
async fn the_function_gets_the_authority_whose_file_is_removed_in_the_end() -> io::Result<()> {
    let options =
        Options::new(idle()).tls(true).init_timeout(std::time::Duration::from_millis(200));
    let local = LocalAws::start(options).await?;
    let file = local.ca_file().map(std::path::Path::to_path_buf).unwrap_or_default();
    let line = format!("ca [{}] connect [{}]", file.display(), local.connect_url());
    assert!(local.function().logs().contains(&line), "{:?}", local.function().logs());
    assert!(file.exists());
    drop(local);
    assert!(!file.exists());
    Ok(())
}
