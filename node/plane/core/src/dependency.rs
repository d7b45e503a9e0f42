//! The dependency descriptor (AV1 RTP specification 1.0, appendix A): which frames of a layered stream a receiver needs.

use crate::rtp::Malformed;

/// Decode targets and chains (A.8.2: five bits), and templates (six).
const MAX_TARGETS: usize = 32;
const MAX_TEMPLATES: usize = 64;
/// Spatial layers that two bits a step could count: more than any stream has.
pub const MAX_SPATIAL: usize = 8;
/// The longest descriptor: a two-byte header extension (RFC 8285 4.3).
pub const MAX_LEN: usize = 255;

/// What a frame is to a decode target (A.8.3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indication {
    NotPresent,
    /// Nothing of the target depends on it.
    Discardable,
    /// From here on the whole target can be decoded, if this frame can.
    Switch,
    Required,
}

/// A list of two-bit indications, one a decode target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Indications(u64);

impl Indications {
    fn set(&mut self, target: usize, bits: u32) {
        self.0 |= u64::from(bits & 3) << (2 * target);
    }

    pub fn of(self, target: u8) -> Indication {
        match self.0 >> (2 * (target & 31)) & 3 {
            0 => Indication::NotPresent,
            1 => Indication::Discardable,
            2 => Indication::Switch,
            _ => Indication::Required,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Template {
    spatial: u8,
    temporal: u8,
    indications: Indications,
    chains: [u8; MAX_TARGETS],
}

/// What the frames of a stream are made of, said with each key frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    offset: u8,
    templates: [Template; MAX_TEMPLATES],
    template_count: usize,
    pub targets: u8,
    chains: usize,
    /// The chain that protects each target.
    protected_by: [u8; MAX_TARGETS],
    /// Highest spatial and temporal layer of each target.
    layers: [(u8, u8); MAX_TARGETS],
    pub spatial_layers: u8,
    /// Width and height of each spatial layer; 0: not said.
    pub sizes: [(u16, u16); MAX_SPATIAL],
}

impl Default for Structure {
    fn default() -> Structure {
        Structure {
            offset: 0,
            templates: [Template::default(); MAX_TEMPLATES],
            template_count: 0,
            targets: 0,
            chains: 0,
            protected_by: [0; MAX_TARGETS],
            layers: [(0, 0); MAX_TARGETS],
            spatial_layers: 0,
            sizes: [(0, 0); MAX_SPATIAL],
        }
    }
}

impl Structure {
    /// The structure that `descriptor` carries, if it does.
    pub fn parse(descriptor: &[u8]) -> Result<Option<Structure>, Malformed> {
        let mut bits = Bits { bytes: descriptor, at: 24 };
        if descriptor.len() <= 3 || bits.read(1)? == 0 {
            return if descriptor.len() < 3 { Err(Malformed) } else { Ok(None) };
        }
        bits.read(4)?;
        Structure::read(&mut bits).map(Some)
    }

    fn read(bits: &mut Bits<'_>) -> Result<Structure, Malformed> {
        let mut structure = Structure { offset: bits.read(6)? as u8, ..Structure::default() };
        structure.targets = bits.read(5)? as u8 + 1;
        structure.read_layers(bits)?;
        let (count, targets) = (structure.template_count, usize::from(structure.targets));
        for template in &mut structure.templates[..count] {
            for target in 0..targets {
                template.indications.set(target, bits.read(2)?);
            }
        }
        for _ in 0..count {
            while bits.read(1)? == 1 {
                bits.read(4)?; // which frames it refers to is the decoder's affair
            }
        }
        structure.chains = bits.non_symmetric(targets as u32 + 1)? as usize;
        if structure.chains > 0 {
            for target in 0..targets {
                structure.protected_by[target] = bits.non_symmetric(structure.chains as u32)? as u8;
            }
            for template in 0..count {
                for chain in 0..structure.chains {
                    structure.templates[template].chains[chain] = bits.read(4)? as u8;
                }
            }
        }
        for target in 0..targets {
            for template in &structure.templates[..count] {
                if template.indications.of(target as u8) != Indication::NotPresent {
                    let (spatial, temporal) = &mut structure.layers[target];
                    (*spatial, *temporal) = ((*spatial).max(template.spatial), (*temporal).max(template.temporal));
                }
            }
        }
        if bits.read(1)? == 1 {
            for size in &mut structure.sizes[..usize::from(structure.spatial_layers)] {
                let (width, height) = (bits.read(16)? as u16, bits.read(16)? as u16);
                *size = (width.saturating_add(1), height.saturating_add(1));
            }
        }
        Ok(structure)
    }

    fn read_layers(&mut self, bits: &mut Bits<'_>) -> Result<(), Malformed> {
        let (mut spatial, mut temporal) = (0u8, 0u8);
        loop {
            let template = self.templates.get_mut(self.template_count).ok_or(Malformed)?;
            (template.spatial, template.temporal) = (spatial, temporal);
            self.template_count += 1;
            match bits.read(2)? {
                0 => {}
                1 => temporal += 1,
                2 => (spatial, temporal) = (spatial + 1, 0),
                _ => break,
            }
            if usize::from(spatial) >= MAX_SPATIAL {
                return Err(Malformed);
            }
        }
        self.spatial_layers = spatial + 1;
        Ok(())
    }

    /// The decode target that shows spatial layer `spatial`, or the nearest below it, at its full frame rate; of those
    /// that are `active` only, where any is.
    pub fn target(&self, spatial: u8, active: u32) -> u8 {
        let layers = |target: &u8| self.layers[usize::from(*target)];
        let fits = |target: &u8| layers(target).0 <= spatial;
        let sent = |target: &u8| active >> target & 1 == 1;
        let best = (0..self.targets).filter(|target| fits(target) && sent(target)).max_by_key(layers);
        best.or_else(|| (0..self.targets).filter(fits).max_by_key(layers)).unwrap_or(0)
    }

    /// Highest spatial layer of `target`.
    pub fn spatial_of(&self, target: u8) -> u8 {
        self.layers[usize::from(target & 31)].0
    }

    /// The targets, one bit each, that need nothing above spatial layer `spatial`.
    pub fn targets_up_to(&self, spatial: u8) -> u32 {
        let fits = (0..self.targets).filter(|&target| self.spatial_of(target) <= spatial);
        fits.fold(0, |mask, target| mask | 1 << target)
    }
}

/// What a packet says of its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub start: bool,
    pub end: bool,
    pub number: u16,
    pub spatial: u8,
    pub temporal: u8,
    pub indications: Indications,
    chains: [u8; MAX_TARGETS],
    /// The targets that the sender sends, one bit each, if it says so here.
    pub active: Option<u32>,
    pub carries_structure: bool,
    /// Bits before the place of `active`, and whether it stands there.
    active_at: u16,
}

impl Frame {
    /// What `descriptor` says, in the words of `structure`; of its own, if it carries one.
    pub fn parse(descriptor: &[u8], structure: &Structure) -> Result<Frame, Malformed> {
        let mut bits = Bits { bytes: descriptor, at: 0 };
        let (start, end) = (bits.read(1)? == 1, bits.read(1)? == 1);
        let (template, number) = (bits.read(6)? as u8, bits.read(16)? as u16);
        let flags = if descriptor.len() > 3 { bits.read(5)? } else { 0 };
        let flag = |bit: u32| flags >> bit & 1 == 1;
        let own;
        let structure = if flag(4) {
            own = Structure::read(&mut bits)?;
            &own
        } else {
            structure
        };
        let active_at = bits.at as u16;
        let targets = usize::from(structure.targets);
        let active = if flag(3) { Some(bits.read(targets as u32)?) } else { None };
        let index = usize::from((template + 64 - structure.offset) & 63);
        let template = structure.templates[..structure.template_count].get(index).ok_or(Malformed)?;
        let mut frame = Frame {
            start,
            end,
            number,
            spatial: template.spatial,
            temporal: template.temporal,
            indications: template.indications,
            chains: template.chains,
            active: active.or_else(|| flag(4).then(|| all(structure.targets))),
            carries_structure: flag(4),
            active_at,
        };
        if flag(2) {
            frame.indications = Indications::default();
            for target in 0..targets {
                frame.indications.set(target, bits.read(2)?);
            }
        }
        if flag(1) {
            loop {
                match bits.read(2)? {
                    0 => break,
                    size => bits.read(4 * size)?,
                };
            }
        }
        if flag(0) {
            for chain in &mut frame.chains[..structure.chains] {
                *chain = bits.read(8)? as u8;
            }
        }
        Ok(frame)
    }

    /// How many frames back the one before it in the chain of `target` is; 0: the chain begins here. None: the target
    /// is not protected by any.
    pub fn chain(&self, structure: &Structure, target: u8) -> Option<u8> {
        let chain = *structure.protected_by.get(usize::from(target))?;
        (structure.chains > 0).then(|| self.chains[usize::from(chain)])
    }

    /// Writes `descriptor`, from which this was parsed, with another frame number and with `active` as the targets that
    /// are sent. Returns the length.
    pub fn write(
        &self,
        descriptor: &[u8],
        structure: &Structure,
        number: u16,
        active: u32,
        out: &mut [u8; MAX_LEN],
    ) -> Result<usize, Malformed> {
        let targets = u32::from(structure.targets);
        let mut from = Bits { bytes: descriptor, at: 0 };
        let mut to = Writer { out, at: 0 };
        to.write(from.read(8)?, 8)?;
        from.read(16)?;
        to.write(number.into(), 16)?;
        let flags = if descriptor.len() > 3 { from.read(5)? } else { 0 };
        to.write(flags | 8, 5)?;
        while from.at < usize::from(self.active_at) {
            to.write(from.read(1)?, 1)?;
        }
        if flags & 8 != 0 {
            from.read(targets)?;
        }
        to.write(active, targets)?;
        while from.at < descriptor.len() * 8 && descriptor.len() > 3 {
            to.write(from.read(1)?, 1)?;
        }
        Ok(to.at.div_ceil(8))
    }
}

fn all(targets: u8) -> u32 {
    u32::MAX >> (32 - u32::from(targets.clamp(1, 32)))
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// f(count): at most 32 bits, highest first.
    fn read(&mut self, count: u32) -> Result<u32, Malformed> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8).ok_or(Malformed)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Ok(value)
    }

    /// ns(n) of A.8.1: one of `n` values, in as few bits as they need.
    fn non_symmetric(&mut self, n: u32) -> Result<u32, Malformed> {
        let width = n.ilog2() + 1;
        let short = (1 << width) - n;
        let value = self.read(width - 1)?;
        if value < short {
            return Ok(value);
        }
        Ok((value << 1) - short + self.read(1)?)
    }
}

struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn write(&mut self, value: u32, count: u32) -> Result<(), Malformed> {
        for n in (0..count).rev() {
            let byte = self.out.get_mut(self.at / 8).ok_or(Malformed)?;
            let mask = 0x80 >> (self.at % 8);
            if self.at.is_multiple_of(8) {
                *byte = 0;
            }
            if value >> n & 1 == 1 {
                *byte |= mask;
            }
            self.at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "dependency_test.rs"]
pub mod tests;
