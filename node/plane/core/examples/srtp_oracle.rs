//! Seals and opens what another implementation gives it, so that the two can be compared.
//!
//! One request a line: `seal|open rtp|rtcp PROFILE KEY INDEX PACKET`, all but the first three in hexadecimal; PROFILE is
//! the number of the DTLS-SRTP registry, KEY is master key and salt together. The answer is the packet in hexadecimal,
//! or `refused` and the reason.

use std::io::{self, BufRead, Write};

use plane_core::rtp::Header;
use plane_core::srtp::{Error, MAX_RTCP_OVERHEAD, Opener, Profile, Sealer};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        match answer(&line?) {
            Ok(packet) => writeln!(out, "{}", hex(&packet))?,
            Err(error) => writeln!(out, "refused {error:?}")?,
        }
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str) -> Result<Vec<u8>, Error> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [act, protocol, profile, key, index, packet] = words[..] else { panic!("six words, please: {line}") };
    let profile = match profile {
        "1" => Profile::Aes128CmSha1_80,
        "7" => Profile::AeadAes128Gcm,
        "8" => Profile::AeadAes256Gcm,
        other => panic!("no such profile: {other}"),
    };
    let key = bytes(key);
    let (key, salt) = key.split_at(profile.key_len());
    let index = u64::from_str_radix(index, 16).expect("a hexadecimal index");
    let mut packet = bytes(packet);
    let len = packet.len();
    let header_len = Header::parse(&packet).map_or(len, |header| header.header_len);
    let len = match (act, protocol) {
        ("seal", "rtp") => {
            packet.resize(len + profile.tag_len(), 0);
            Sealer::new(profile, key, salt)?.seal_rtp(&mut packet, len, index, header_len)?
        }
        ("seal", "rtcp") => {
            packet.resize(len + MAX_RTCP_OVERHEAD, 0);
            Sealer::new(profile, key, salt)?.seal_rtcp(&mut packet, len, index as u32)?
        }
        ("open", "rtp") => Opener::new(profile, key, salt)?.open_rtp(&mut packet, header_len, index)?,
        ("open", "rtcp") => Opener::new(profile, key, salt)?.open_rtcp(&mut packet)?,
        other => panic!("no such request: {other:?}"),
    };
    packet.truncate(len);
    Ok(packet)
}

fn bytes(text: &str) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).expect("a hexadecimal digit") as u8;
    text.as_bytes().chunks_exact(2).map(|two| digit(two[0]) << 4 | digit(two[1])).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
