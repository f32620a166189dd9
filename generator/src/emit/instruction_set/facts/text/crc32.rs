//! The checksum of module files: CRC-32 as in IEEE 802.3, gzip and PNG (polynomial 0x04C1_1DB7, reflected).

/// The remainder of each byte.
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            let carry = remainder & 1;
            remainder >>= 1;
            if carry == 1 {
                remainder ^= 0xEDB8_8320;
            }
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
    }
    table
}

/// The checksum of some bytes.
///
/// The check value of this CRC is that of the digits 1 to 9: `crc32(b"123456789")` is `0xCBF4_3926`.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        let index = (sum as u8 ^ byte) as usize;
        sum = TABLE[index] ^ (sum >> 8);
    }
    !sum
}
