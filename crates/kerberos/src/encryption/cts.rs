//! AES in CBC mode with ciphertext stealing, and an initial vector of zeros (CBC-CS3; RFC 3962 5).

use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use aes::{Aes128, Aes256};

pub(super) const BLOCK: usize = 16;

/// AES with a key of 16 or 32 bytes.
pub(super) enum Aes {
    /// Of 128 bits.
    Aes128(Box<Aes128>),
    /// Of 256 bits.
    Aes256(Box<Aes256>),
}

impl Aes {
    /// With the 16 or 32 bytes of `key`; shorter keys are filled up with zeros, which no encryption type needs.
    pub(super) fn new(key: &[u8]) -> Self {
        if key.len() > BLOCK {
            Self::Aes256(Box::new(Aes256::new(&padded::<32>(key).into())))
        } else {
            Self::Aes128(Box::new(Aes128::new(&padded::<16>(key).into())))
        }
    }

    /// Encrypts one block.
    pub(super) fn encrypt_block(&self, block: [u8; BLOCK]) -> [u8; BLOCK] {
        let mut block = block.into();
        match self {
            Self::Aes128(aes) => aes.encrypt_block(&mut block),
            Self::Aes256(aes) => aes.encrypt_block(&mut block),
        }
        block.into()
    }

    fn decrypt_block(&self, block: [u8; BLOCK]) -> [u8; BLOCK] {
        let mut block = block.into();
        match self {
            Self::Aes128(aes) => aes.decrypt_block(&mut block),
            Self::Aes256(aes) => aes.decrypt_block(&mut block),
        }
        block.into()
    }

    /// Encrypts `plain`, which has at least one block.
    pub(super) fn encrypt_cts(&self, plain: &[u8]) -> Vec<u8> {
        let mut previous = [0; BLOCK];
        let mut blocks: Vec<[u8; BLOCK]> = Vec::with_capacity(plain.len() / BLOCK);
        for chunk in plain.chunks(BLOCK) {
            previous = self.encrypt_block(xor(padded(chunk), previous));
            blocks.push(previous);
        }
        if let [.., before, last] = &mut blocks[..] {
            std::mem::swap(before, last);
        }
        let mut cipher = blocks.concat();
        cipher.truncate(plain.len());
        cipher
    }

    /// Decrypts `cipher`, which has at least one block.
    pub(super) fn decrypt_cts(&self, cipher: &[u8]) -> Vec<u8> {
        let blocks: Vec<&[u8]> = cipher.chunks(BLOCK).collect();
        let [first @ .., before, last] = &blocks[..] else {
            return self.decrypt_block(padded(cipher)).to_vec();
        };
        let mut plain = Vec::with_capacity(cipher.len());
        let mut previous = [0; BLOCK];
        for block in first {
            let block = padded(block);
            plain.extend(xor(self.decrypt_block(block), previous));
            previous = block;
        }
        // The block before the last is the encryption of the last plain bytes and of what was stolen.
        let stolen = self.decrypt_block(padded(before));
        let mut stolen_from = stolen;
        stolen_from.iter_mut().zip(*last).for_each(|(to, from)| *to = *from);
        plain.extend(xor(self.decrypt_block(stolen_from), previous));
        plain.extend(xor(stolen, padded(last)).into_iter().take(last.len()));
        plain
    }
}

/// The beginning of `bytes`, filled up with zeros.
fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut block = [0; N];
    block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    block
}

fn xor(mut one: [u8; BLOCK], other: [u8; BLOCK]) -> [u8; BLOCK] {
    one.iter_mut().zip(other).for_each(|(to, from)| *to ^= from);
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ciphertexts of RFC 3962 appendix B; the plaintext is the beginning of one sentence.
    #[test]
    fn the_vectors_of_rfc_3962_encrypt_and_decrypt() {
        let aes = Aes::new(b"chicken teriyaki");
        let sentence = b"I would like the General Gau's Chicken, please, and wonton soup.";
        let vectors: [(usize, &[u8]); 3] = [
            (
                17,
                &[0xc6, 0x35, 0x35, 0x68, 0xf2, 0xbf, 0x8c, 0xb4, 0xd8, 0xa5, 0x80, 0x36, 0x2d, 0xa7, 0xff, 0x7f, 0x97],
            ),
            (
                31,
                &[
                    0xfc, 0x00, 0x78, 0x3e, 0x0e, 0xfd, 0xb2, 0xc1, 0xd4, 0x45, 0xd4, 0xc8, 0xef, 0xf7, 0xed, 0x22,
                    0x97, 0x68, 0x72, 0x68, 0xd6, 0xec, 0xcc, 0xc0, 0xc0, 0x7b, 0x25, 0xe2, 0x5e, 0xcf, 0xe5,
                ],
            ),
            (
                32,
                &[
                    0x39, 0x31, 0x25, 0x23, 0xa7, 0x86, 0x62, 0xd5, 0xbe, 0x7f, 0xcb, 0xcc, 0x98, 0xeb, 0xf5, 0xa8,
                    0x97, 0x68, 0x72, 0x68, 0xd6, 0xec, 0xcc, 0xc0, 0xc0, 0x7b, 0x25, 0xe2, 0x5e, 0xcf, 0xe5, 0x84,
                ],
            ),
        ];
        for (length, cipher) in vectors {
            let plain = sentence.get(..length).unwrap_or_default();
            assert_eq!(aes.encrypt_cts(plain), cipher, "{length}");
            assert_eq!(aes.decrypt_cts(cipher), plain, "{length}");
        }
    }

    #[test]
    fn every_length_from_one_block_on_survives_the_round_trip() {
        let aes = Aes::new(&[7; 32]);
        let bytes: Vec<u8> = (0..100).collect();
        for length in BLOCK..bytes.len() {
            let plain = bytes.get(..length).unwrap_or_default();
            assert_eq!(aes.decrypt_cts(&aes.encrypt_cts(plain)), plain, "{length}");
        }
    }
}
