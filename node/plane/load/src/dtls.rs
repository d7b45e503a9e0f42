//! DTLS 1.2 with SRTP keys (RFC 5764), as client or as server. OpenSSL does it: it is what the bench links already, its
//! exporter and `use_srtp` are in the crate's safe interface, and servers of this kind are tested against it daily.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::ssl::{
    ErrorCode, Ssl, SslContext, SslContextBuilder, SslMethod, SslMode, SslOptions, SslStream, SslVerifyMode, SslVersion,
};
use openssl::x509::{X509, X509NameBuilder};

use plane_core::srtp::{Opener, Profile, Sealer};

/// Bytes of one datagram of a handshake.
const MTU: u32 = 1200;
/// Datagrams that wait to be read; a handshake has a dozen.
const MAX_WAITING: usize = 64;

/// One certificate for all peers of a run, and what they agree to.
#[derive(Clone)]
pub struct Identity {
    context: SslContext,
    /// As in `a=fingerprint`.
    pub fingerprint: String,
}

impl Identity {
    /// `profiles` as OpenSSL names them, preferred first.
    pub fn new(profiles: &str) -> Result<Identity, ErrorStack> {
        let key = PKey::from_ec_key(EcKey::generate(EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?.as_ref())?)?;
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_text("CN", "load")?;
        let name = name.build();
        let mut serial = BigNum::new()?;
        serial.rand(64, MsbOption::MAYBE_ZERO, false)?;
        let mut certificate = X509::builder()?;
        certificate.set_version(2)?;
        certificate.set_serial_number(serial.to_asn1_integer()?.as_ref())?;
        certificate.set_subject_name(&name)?;
        certificate.set_issuer_name(&name)?;
        certificate.set_pubkey(&key)?;
        certificate.set_not_before(Asn1Time::days_from_now(0)?.as_ref())?;
        certificate.set_not_after(Asn1Time::days_from_now(30)?.as_ref())?;
        certificate.sign(&key, MessageDigest::sha256())?;
        let certificate = certificate.build();

        let mut context = SslContextBuilder::new(SslMethod::dtls())?;
        context.set_min_proto_version(Some(SslVersion::DTLS1_2))?;
        context.set_max_proto_version(Some(SslVersion::DTLS1_2))?;
        context.set_options(SslOptions::NO_QUERY_MTU | SslOptions::NO_TICKET);
        context.set_mode(SslMode::RELEASE_BUFFERS);
        context.set_tlsext_use_srtp(profiles)?;
        context.set_certificate(&certificate)?;
        context.set_private_key(&key)?;
        // Any certificate will do: its fingerprint is compared once the handshake is over (RFC 8122 5).
        context.set_verify_callback(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT, |_, _| true);
        Ok(Identity { fingerprint: fingerprint(&certificate)?, context: context.build() })
    }
}

fn fingerprint(certificate: &X509) -> Result<String, ErrorStack> {
    let digest = certificate.digest(MessageDigest::sha256())?;
    let pairs: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    Ok(format!("sha-256 {}", pairs.join(":")))
}

/// What came and what is to be sent, a datagram each.
#[derive(Default)]
struct Datagrams {
    incoming: VecDeque<Vec<u8>>,
    outgoing: Vec<Vec<u8>>,
}

impl Read for Datagrams {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let datagram = self.incoming.pop_front().ok_or(io::ErrorKind::WouldBlock)?;
        let len = datagram.len().min(out.len());
        out[..len].copy_from_slice(&datagram[..len]);
        Ok(len)
    }
}

impl Write for Datagrams {
    fn write(&mut self, datagram: &[u8]) -> io::Result<usize> {
        self.outgoing.push(datagram.to_vec());
        Ok(datagram.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the handshake has come to.
pub enum Progress {
    Going,
    /// The keys of both directions: ours to send with, the server's to open.
    Keys(Box<(Sealer, Opener)>),
    Failed(String),
}

pub struct Dtls {
    stream: SslStream<Datagrams>,
    client: bool,
    done: bool,
    /// Fingerprint that the server's description promised, as in `a=fingerprint`.
    expected: String,
}

impl Dtls {
    /// `client`: we begin (`a=setup:active`).
    pub fn new(identity: &Identity, client: bool, expected: &str) -> Result<Dtls, ErrorStack> {
        let mut ssl = Ssl::new(&identity.context)?;
        ssl.set_mtu(MTU)?;
        if client {
            ssl.set_connect_state();
        } else {
            ssl.set_accept_state();
        }
        let stream = SslStream::new(ssl, Datagrams::default())?;
        Ok(Dtls { stream, client, done: false, expected: expected.to_owned() })
    }

    /// A datagram came.
    pub fn receive(&mut self, datagram: &[u8]) {
        let waiting = &mut self.stream.get_mut().incoming;
        if waiting.len() < MAX_WAITING {
            waiting.push_back(datagram.to_vec());
        }
    }

    /// Go on with the handshake; call it again from time to time, since OpenSSL repeats a lost flight only when asked.
    pub fn advance(&mut self) -> Progress {
        if self.done {
            // What comes now is a repeated flight, which is answered, or an alert, which the server's silence tells too.
            let mut rest = [0; 64];
            let _ = self.stream.ssl_read(&mut rest);
            return Progress::Going;
        }
        match self.stream.do_handshake() {
            Ok(()) => {
                self.done = true;
                match self.keys() {
                    Ok(keys) => Progress::Keys(Box::new(keys)),
                    Err(why) => Progress::Failed(why),
                }
            }
            Err(error) if matches!(error.code(), ErrorCode::WANT_READ | ErrorCode::WANT_WRITE) => Progress::Going,
            Err(error) => Progress::Failed(error.to_string()),
        }
    }

    /// Take what is to be sent.
    pub fn outgoing(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.stream.get_mut().outgoing)
    }

    /// Say goodbye, as a browser does when a connection is closed.
    pub fn close(&mut self) {
        if self.done {
            let _ = self.stream.shutdown();
        }
    }

    fn keys(&self) -> Result<(Sealer, Opener), String> {
        let ssl = self.stream.ssl();
        let shown = ssl.peer_certificate().ok_or("the server showed no certificate")?;
        let shown = fingerprint(&shown).map_err(|error| error.to_string())?;
        if !shown.eq_ignore_ascii_case(&self.expected) {
            return Err("the server's certificate is not the one that its description names".into());
        }
        let agreed = ssl.selected_srtp_profile().ok_or("no SRTP profile was agreed")?;
        let profile = match agreed.name() {
            "SRTP_AES128_CM_SHA1_80" => Profile::Aes128CmSha1_80,
            "SRTP_AEAD_AES_128_GCM" => Profile::AeadAes128Gcm,
            "SRTP_AEAD_AES_256_GCM" => Profile::AeadAes256Gcm,
            other => return Err(format!("the SRTP profile {other} is not known here")),
        };
        let (key, salt) = (profile.key_len(), profile.salt_len());
        let mut material = [0; 2 * (32 + 14)];
        let material = &mut material[..2 * (key + salt)];
        ssl.export_keying_material(material, "EXTRACTOR-dtls_srtp", None).map_err(|error| error.to_string())?;
        // RFC 5764 4.2: client key, server key, client salt, server salt.
        let (keys, salts) = material.split_at(2 * key);
        let side = |server: usize| (&keys[server * key..][..key], &salts[server * salt..][..salt]);
        let (ours, theirs) = if self.client { (side(0), side(1)) } else { (side(1), side(0)) };
        let sealer = Sealer::new(profile, ours.0, ours.1).map_err(|error| format!("{error:?}"))?;
        let opener = Opener::new(profile, theirs.0, theirs.1).map_err(|error| format!("{error:?}"))?;
        Ok((sealer, opener))
    }
}
