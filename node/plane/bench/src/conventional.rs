//! The loop to compare with, as most servers are written: for each packet, for each receiver, copy, rewrite, seal with
//! OpenSSL's EVP interface and `sendto`. It does nothing else: no NACK, no reports, no levels, no control.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use openssl::cipher::Cipher;
use openssl::cipher_ctx::CipherCtx;
use plane_core::ext::{self, Extension};
use plane_core::rtp::{self, Fields, Header};
use plane_core::srtp::{Profile, ReplayWindow};
use plane_core::vp8;

use crate::keys::{Keys, PUBLISHER};
use crate::peers::{AUDIO_SLOT, VIDEO_SLOT, VIDEO_TYPE, address, slot_ssrc};

/// One direction of SRTP with AES-128-GCM, as libsrtp does it on OpenSSL.
struct Evp {
    context: CipherCtx,
    salt: [u8; 12],
}

impl Evp {
    fn new(master: &(Vec<u8>, Vec<u8>), seal: bool) -> Evp {
        let key = derive(master, 0, 16);
        let salt = derive(master, 2, 12).try_into().expect("12 bytes");
        let mut context = CipherCtx::new().expect("OpenSSL works");
        let cipher = Some(Cipher::aes_128_gcm());
        if seal {
            context.encrypt_init(cipher, Some(&key), None)
        } else {
            context.decrypt_init(cipher, Some(&key), None)
        }
        .expect("a key of 16 bytes");
        Evp { context, salt }
    }

    fn nonce(&self, packet: &[u8], rollovers: u32) -> [u8; 12] {
        let mut nonce = self.salt;
        let rollovers = rollovers.to_be_bytes();
        let fields = packet[8..12].iter().chain(&rollovers).chain(&packet[2..4]);
        nonce[2..].iter_mut().zip(fields).for_each(|(byte, field)| *byte ^= field);
        nonce
    }

    fn seal(&mut self, packet: &mut [u8], header_len: usize, len: usize, rollovers: u32) -> Option<usize> {
        let nonce = self.nonce(packet, rollovers);
        self.context.encrypt_init(None, None, Some(&nonce)).ok()?;
        self.context.cipher_update(&packet[..header_len], None).ok()?;
        self.context.cipher_update_inplace(&mut packet[header_len..len], len - header_len).ok()?;
        self.context.cipher_final(&mut []).ok()?;
        self.context.tag(&mut packet[len..len + 16]).ok()?;
        Some(len + 16)
    }

    fn open(&mut self, packet: &mut [u8], header_len: usize, rollovers: u32) -> Option<usize> {
        let len = packet.len().checked_sub(16).filter(|len| *len >= header_len)?;
        let nonce = self.nonce(packet, rollovers);
        self.context.decrypt_init(None, None, Some(&nonce)).ok()?;
        self.context.cipher_update(&packet[..header_len], None).ok()?;
        self.context.cipher_update_inplace(&mut packet[header_len..len], len - header_len).ok()?;
        self.context.set_tag(&packet[len..]).ok()?;
        self.context.cipher_final(&mut []).ok()?;
        Some(len)
    }
}

/// Session key of RFC 3711 4.3.3 by OpenSSL.
fn derive((key, salt): &(Vec<u8>, Vec<u8>), label: u8, len: usize) -> Vec<u8> {
    let mut iv = [0; 16];
    iv[..12].copy_from_slice(salt);
    iv[7] ^= label;
    let cipher = openssl::symm::Cipher::aes_128_ctr();
    openssl::symm::encrypt(cipher, key, Some(&iv), &vec![0; len]).expect("a key of 16 bytes")
}

struct Receiver {
    address: SocketAddrV4,
    evp: Evp,
    sequences: [u64; 2],
}

/// Forward what comes to a new socket at `here` to `count` receivers of `network`, for ever. Prints its port first.
pub fn run(here: Ipv4Addr, network: u8, count: u32, ports: &[u16]) -> std::io::Result<()> {
    let socket = UdpSocket::bind((here, 0))?;
    println!("{}", socket.local_addr()?.port());
    let mut inbound = Evp::new(&Keys::of(PUBLISHER, Profile::AeadAes128Gcm).to_plane, false);
    let mut receivers: Vec<Receiver> = (0..count)
        .map(|n| Receiver {
            address: address(n, ports, network),
            evp: Evp::new(&Keys::of(n, Profile::AeadAes128Gcm).from_plane, true),
            sequences: [1000; 2],
        })
        .collect();
    let mut windows = [ReplayWindow::new(), ReplayWindow::new()];
    let (mut packet, mut out) = ([0; 2048], [0; 2048]);
    loop {
        let (len, _) = socket.recv_from(&mut packet)?;
        let Ok(header) = Header::parse(&packet[..len]) else { continue };
        let video = header.payload_type == VIDEO_TYPE;
        let window = &mut windows[usize::from(video)];
        let index = window.estimate(header.sequence);
        let Some(len) = inbound.open(&mut packet[..len], header.header_len, (index >> 16) as u32) else { continue };
        window.commit(index);
        let Ok(payload) = header.payload(&packet[..len]) else { continue };
        let descriptor = video.then(|| vp8::Descriptor::parse(payload).ok()).flatten();
        for receiver in &mut receivers {
            let place = &mut receiver.sequences[usize::from(video)];
            *place += 1;
            let fields = Fields {
                marker: header.marker,
                payload_type: header.payload_type,
                sequence: *place as u16,
                timestamp: header.timestamp,
                ssrc: slot_ssrc(if video { VIDEO_SLOT } else { AUDIO_SLOT }),
            };
            let time = ext::abs_send_time(u64::from(header.timestamp));
            let extensions = [Extension { id: 2, value: &time }, Extension { id: 4, value: b"0" }];
            let Ok(written) = rtp::write(&mut out, &fields, &extensions, payload, 0) else { continue };
            if let Some(descriptor) = descriptor {
                let picture_id = descriptor.picture_id.unwrap_or(0);
                let ids = vp8::Ids { picture_id, ..vp8::Ids::default() };
                descriptor.write_ids(&mut out[written.header_len..written.len], &ids);
            }
            let rollovers = (*place >> 16) as u32;
            let sealed = receiver.evp.seal(&mut out, written.header_len, written.len, rollovers);
            if let Some(total) = sealed {
                let _ = socket.send_to(&out[..total], receiver.address); // a full buffer is a loss, as anywhere
            }
        }
    }
}
