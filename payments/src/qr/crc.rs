//! The checksum of ISO/IEC 13239 as EMVCo uses it: polynomial 0x1021, start 0xFFFF, not reflected.

const TABLE: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut index: u16 = 0;
    while index < 256 {
        let mut value = index << 8;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000 == 0 { value << 1 } else { (value << 1) ^ 0x1021 };
            bit += 1;
        }
        table[index as usize] = value;
        index += 1;
    }
    table
}

/// The checksum of `bytes`.
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| (crc << 8) ^ TABLE[usize::from((crc >> 8) ^ u16::from(*byte))])
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_standards_check_value_is_met() {
        assert_eq!(super::crc16(b"123456789"), 0x29b1);
    }
}
