//! G.711: one octet to one 16-bit linear sample.
//!
//! Rules: ITU-T G.711 (A-law and mu-law), the 16-bit scaling of the ITU software tools.

/// A-law octet to linear.
#[must_use]
pub fn a_law(octet: u8) -> i16 {
    let octet = octet ^ 0x55;
    let mantissa = i16::from(octet & 0x0f) << 4;
    let segment = octet >> 4 & 0x07;
    let magnitude = match segment {
        0 => mantissa | 8,
        _ => (mantissa | 0x108) << segment.saturating_sub(1),
    };
    if octet & 0x80 == 0 { magnitude.saturating_neg() } else { magnitude }
}

/// mu-law octet to linear.
#[must_use]
pub fn mu_law(octet: u8) -> i16 {
    let octet = !octet;
    let mantissa = i16::from(octet & 0x0f) << 3 | 0x84;
    let magnitude = (mantissa << (octet >> 4 & 0x07)).saturating_sub(0x84);
    if octet & 0x80 == 0 { magnitude } else { magnitude.saturating_neg() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points_of_both_laws() {
        for (octet, linear) in
            [(0xd5, 8), (0x55, -8), (0xaa, 32_256), (0x2a, -32_256), (0x80, 5504)]
        {
            assert_eq!(a_law(octet), linear, "A-law {octet:#04x}");
        }
        for (octet, linear) in [(0xff, 0), (0x7f, 0), (0x80, 32_124), (0x00, -32_124)] {
            assert_eq!(mu_law(octet), linear, "mu-law {octet:#04x}");
        }
    }

    #[test]
    fn a_flipped_sign_bit_flips_the_sample() {
        for octet in 0..=255_u8 {
            assert_eq!(a_law(octet), -a_law(octet ^ 0x80));
            assert_eq!(mu_law(octet), -mu_law(octet ^ 0x80));
        }
    }
}
