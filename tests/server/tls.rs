//! TLS: what is encrypted, and tenants that their certificates name.

use std::io::Read as _;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use hint_proto::v1::*;
use hint_tests::process::PATIENCE;
use hint_tests::run::vm_host;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Identity};

use crate::harness::*;
use crate::process::{Process, example_client};
use crate::tenants::File;

/// An authority that signs certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate with its key, PEM.
struct Signed {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    fn sign(&self, name: &str) -> Signed {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Signed {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// The files of a server.
pub(crate) struct Files {
    folder: tempfile::TempDir,
    authority: Authority,
}

impl Files {
    pub(crate) fn new() -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
            authority: Authority::new(),
        };
        let own = files.authority.sign("localhost");
        std::fs::write(files.path("cert"), &own.certificate).unwrap();
        std::fs::write(files.path("key"), &own.key).unwrap();
        std::fs::write(files.path("ca"), &files.authority.pem).unwrap();
        files
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        for (option, name) in [("--tls-cert", "cert"), ("--tls-key", "key")] {
            options.push(option.to_owned());
            options.push(self.path(name).to_str().unwrap().to_owned());
        }
        options
    }

    fn serve(&self, tenants: Option<&File>) -> Process {
        let mut options = self.options();
        if tenants.is_some() {
            options.push("--tls-client-ca".to_owned());
            options.push(self.path("ca").to_str().unwrap().to_owned());
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        match tenants {
            Some(file) => file.serve(&options),
            None => Process::start(&options),
        }
    }

    async fn channel(
        &self,
        server: &Process,
        own: Option<Signed>,
    ) -> Result<Channel, tonic::transport::Error> {
        let authority = Certificate::from_pem(&self.authority.pem);
        let mut tls = ClientTlsConfig::new()
            .ca_certificate(authority)
            .domain_name("localhost");
        if let Some(own) = own {
            tls = tls.identity(Identity::from_pem(own.certificate, own.key));
        }
        let endpoint = Channel::from_shared(format!("https://{}", server.address)).unwrap();
        endpoint.tls_config(tls).unwrap().connect().await
    }
}

#[tokio::test]
async fn connections_over_tcp_are_encrypted_and_nothing_else_is_served_there() {
    let files = Files::new();
    let server = files.serve(None);
    let mut client = client_on(files.channel(&server, None).await.unwrap());
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended);
    // The Unix socket stays as it is.
    let mut unix = server.unix_client().await;
    unix.list_vms(ListVmsRequest::default()).await.unwrap();
    let endpoint = Channel::from_shared(format!("http://{}", server.address)).unwrap();
    let plain = async {
        let mut client = client_on(endpoint.connect().await.ok()?);
        client.list_vms(ListVmsRequest::default()).await.ok()
    };
    assert!(plain.await.is_none(), "it is served unencrypted");
    // Health, as a container asks for it.
    let ask = |options: &[&str]| {
        let mut command = vm_host("health");
        command
            .arg(format!("localhost:{}", server.address.port()))
            .args(options);
        command.output().unwrap().status.code().unwrap()
    };
    let authority = files.path("ca");
    assert_eq!(ask(&["--tls-ca", authority.to_str().unwrap()]), 0);
    assert_eq!(ask(&[]), 1);
}

#[tokio::test]
async fn certificates_name_tenants() {
    let files = Files::new();
    let mut tenants = File::new("");
    let token = tenants.tenant("bob", "");
    tenants.tenant("alice", "certificates = [\"alice.example\"]");
    let server = files.serve(Some(&tenants));
    let connect = async |own| files.channel(&server, own).await;
    let mut alice = client_on(
        connect(Some(files.authority.sign("alice.example")))
            .await
            .unwrap(),
    );
    let hash = upload(&mut alice, &program(&[RET], None)).await.unwrap();
    let vm = create(&mut alice, request(&hash)).await;
    assert!(
        server.log().contains("tenant=\"alice\""),
        "{}",
        server.log()
    );
    // A certificate of the right authority with another name is nobody's.
    let mut other = client_on(
        connect(Some(files.authority.sign("mallory.example")))
            .await
            .unwrap(),
    );
    let list = || ListVmsRequest::default();
    let status = other.list_vms(list()).await.unwrap_err();
    assert_eq!(reason(&status).1, "BAD_CREDENTIALS");
    // Without one, a token will do, and nothing will not.
    let bare = connect(None).await.unwrap();
    let mut bob = client_with(bare.clone(), &format!("Bearer {token}"));
    let get = GetVmRequest { name: vm.name };
    let status = bob.get_vm(get).await.unwrap_err();
    assert_eq!(reason(&status).1, "VM_NOT_FOUND");
    let status = client_on(bare).list_vms(list()).await.unwrap_err();
    assert_eq!(reason(&status).1, "NO_CREDENTIALS");
    // The right name from another authority does not get as far as that.
    let forged = Authority::new().sign("alice.example");
    if let Ok(channel) = connect(Some(forged)).await {
        let status = client_on(channel).list_vms(list()).await.unwrap_err();
        assert!(
            tonic_types::StatusExt::get_details_error_info(&status).is_none(),
            "{status:?}"
        );
    }
}

/// A certificate that is renewed is used without a restart, and one that cannot be used is not.
#[tokio::test]
async fn a_renewed_certificate_is_used() {
    let files = Files::new();
    let server = files.serve(None);
    let mut before = client_on(files.channel(&server, None).await.unwrap());
    let renewed = Files::new();
    for name in ["cert", "key"] {
        std::fs::copy(renewed.path(name), files.path(name)).unwrap();
    }
    let list = || ListVmsRequest::default();
    let served = async || {
        let channel = renewed.channel(&server, None).await.ok()?;
        client_on(channel).list_vms(list()).await.ok()
    };
    let start = Instant::now();
    while served().await.is_none() {
        assert!(start.elapsed() < PATIENCE, "{}", server.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    std::fs::write(files.path("key"), "no key").unwrap();
    eventually("a bad key is not noticed", || {
        server.log().contains("the certificate stays as it is")
    })
    .await;
    assert!(served().await.is_some());
    // Connections from before go on.
    before.list_vms(list()).await.unwrap();
}

#[tokio::test]
async fn the_example_client_takes_a_token_and_tls() {
    let files = Files::new();
    let mut tenants = File::new("");
    let token = tenants.tenant("alice", "");
    let server = files.serve(Some(&tenants));
    let run = |token: &str| {
        let mut command = example_client();
        command
            .arg(format!("localhost:{}", server.address.port()))
            .arg(hint_tests::record::programs_directory().join("example/quick_start.json"))
            .arg("small")
            .env("CAIROHINTS_TOKEN", token)
            .env("CAIROHINTS_TLS_CA", files.path("ca"));
        command.stdin(Stdio::null()).output().unwrap()
    };
    let output = run(&token);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("steps; the trace has"));
    let output = run("wrong");
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("BAD_CREDENTIALS"), "{text}");
}

#[tokio::test]
async fn whoever_does_not_shake_hands_is_left() {
    const HANDSHAKE: Duration = Duration::from_secs(10);
    let files = Files::new();
    let server = files.serve(None);
    let start = Instant::now();
    let mut silent = TcpStream::connect(server.address).unwrap();
    silent.set_read_timeout(Some(PATIENCE)).unwrap();
    let ended = tokio::task::spawn_blocking(move || {
        let mut buffer = [0; 64];
        // The end, or a reset.
        assert!(matches!(silent.read(&mut buffer), Ok(0) | Err(_)));
        start.elapsed()
    });
    let mut client = client_on(files.channel(&server, None).await.unwrap());
    client.list_vms(ListVmsRequest::default()).await.unwrap();
    let ended = ended.await.unwrap();
    assert!(ended >= HANDSHAKE && ended < PATIENCE, "{ended:?}");
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let files = Files::new();
    let own = files.options();
    std::fs::write(files.path("other"), files.authority.sign("localhost").key).unwrap();
    let refused = |options: &[&str]| {
        let mut command = vm_host("serve");
        command.args(["--listen", "127.0.0.1:0"]).args(options);
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), text)
    };
    let other = files.path("other");
    let (code, text) = refused(&["--tls-cert", &own[1], "--tls-key", other.to_str().unwrap()]);
    assert_eq!(code, 65, "{text}");
    assert!(text.contains("cannot use the certificate `"), "{text}");
    let (code, text) = refused(&["--tls-cert", "/nowhere", "--tls-key", &own[3]]);
    assert_eq!(code, 65, "{text}");
    assert!(text.contains("cannot read `/nowhere`"), "{text}");
    // A certificate without its key, and an authority that would count for nothing.
    assert_eq!(refused(&["--tls-cert", &own[1]]).0, 2);
    let authority = files.path("ca");
    let with = [
        own[0].as_str(),
        &own[1],
        &own[2],
        &own[3],
        "--tls-client-ca",
        authority.to_str().unwrap(),
    ];
    assert_eq!(refused(&with).0, 2);
}
