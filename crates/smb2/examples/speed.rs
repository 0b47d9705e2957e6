//! How fast messages are decrypted, signed and expanded, on one core: `speed BYTES` prints millions of bytes a second of
//! messages of that many bytes, as JSON. `cargo xtask bench crypto` runs it.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::arithmetic_side_effects, reason = "a program of the bench")]

// The name that all other crates use for this one.
extern crate smbreplay_smb2 as smb2;

use smb2::compression::Algorithm;
use smb2::crypto::{Cipher, CipherKey, SigningAlgorithm, SigningKey};
use smb2::header;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long each is measured.
const MEASURED: Duration = Duration::from_millis(400);

fn main() {
    let size = std::env::args().nth(1).and_then(|size| size.parse().ok()).expect("the size of a message, bytes");
    let message = message(size);
    let mut speeds = Vec::new();
    for (name, cipher) in [
        ("aes_128_gcm", Cipher::Aes128Gcm),
        ("aes_256_gcm", Cipher::Aes256Gcm),
        ("aes_128_ccm", Cipher::Aes128Ccm),
        ("aes_256_ccm", Cipher::Aes256Ccm),
    ] {
        let key = CipherKey::new(cipher, [7; 32]);
        let encrypted = key.encrypt(1, 1, &message);
        speeds.push((name, speed(size, || key.decrypt(&encrypted).expect("its own key"))));
    }
    for (name, algorithm) in [
        ("hmac_sha256", SigningAlgorithm::HmacSha256),
        ("aes_cmac", SigningAlgorithm::AesCmac),
        ("aes_gmac", SigningAlgorithm::AesGmac),
    ] {
        let key = SigningKey::new(algorithm, [7; 16]);
        speeds.push((name, speed(size, || key.signature(&message).expect("a header"))));
    }
    for (name, algorithm) in [
        ("lznt1", Algorithm::Lznt1),
        ("lz77", Algorithm::Lz77),
        ("lz77_huffman", Algorithm::Lz77Huffman),
        ("lz4", Algorithm::Lz4),
    ] {
        let compressed = algorithm.compress(&message);
        speeds.push((name, speed(size, || algorithm.expand(&compressed, size).expect("what was compressed"))));
    }
    let compressed = Algorithm::Lz77.compress(&message);
    speeds.push(("lz77_compression", speed(size, || Algorithm::Lz77.compress(&message))));
    speeds.push(("copy", speed(size, || message.clone())));
    let speeds: Vec<String> = speeds.iter().map(|(name, speed)| format!("\"{name}\": {speed:.1}")).collect();
    let part = compressed.len() as f64 / size as f64;
    println!("{{\"bytes\": {size}, \"lz77_part\": {part:.3}, {}}}", speeds.join(", "));
}

/// An SMB2 message with data like those of a log: words that come again, and numbers that do not.
fn message(size: usize) -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "session",
        "opened",
        "for",
        "user",
        "administrator",
        "from",
        "address",
        "request",
        "answered",
        "in",
        "while",
        "waiting",
        "error",
        "connection",
        "closed",
        "by",
    ];
    let mut message = vec![0; header::LENGTH];
    message.splice(..4, header::PROTOCOL_ID);
    message.splice(4..6, 64_u16.to_le_bytes());
    let mut state = 1_u64;
    while message.len() < size {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = state >> 40;
        let word = WORDS.get((state >> 33) as usize % WORDS.len()).copied().unwrap_or_default();
        let text = if state >> 60 == 0 { format!("{number}\n") } else { format!("{word} ") };
        message.extend(text.as_bytes());
    }
    message.truncate(size);
    message
}

/// Millions of bytes a second when `work` on `size` bytes is done over and over: by the shortest time, since whatever else the
/// machine does only makes it longer.
fn speed<T>(size: usize, mut work: impl FnMut() -> T) -> f64 {
    let begin = Instant::now();
    let mut best = f64::INFINITY;
    while begin.elapsed() < MEASURED {
        let one = Instant::now();
        black_box(work());
        best = best.min(one.elapsed().as_secs_f64());
    }
    size as f64 / 1e6 / best
}
