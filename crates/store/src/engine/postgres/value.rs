//! Values on their way to and from PostgreSQL, in rusqlite's plain types.
//!
//! The server says of what type each parameter and column is. Whole numbers fit into any type of number, and into a truth
//! value; what is read as a number may have been any of them.

use std::error::Error as StdError;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, private::BytesMut, to_sql_checked};

use super::{Error, error::Kind as Fault};

type Cause = Box<dyn StdError + Sync + Send>;

/// Digits of a group of a NUMERIC.
const GROUP: i128 = 10_000;

/// A parameter.
#[derive(Debug)]
pub(super) enum Parameter {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Parameter {
    pub(super) fn of(value: &dyn rusqlite::types::ToSql) -> Result<Self, Error> {
        let owned = |value: ValueRef<'_>| match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            // PostgreSQL has no text with U+0000 in it: it becomes what stands for a character that cannot be shown.
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).replace('\0', "\u{fffd}")),
            ValueRef::Blob(bytes) => Self::Bytes(bytes.to_vec()),
        };
        match value.to_sql().map_err(|error| Error::new(Fault::Value, error))? {
            ToSqlOutput::Borrowed(value) => Ok(owned(value)),
            ToSqlOutput::Owned(Value::Blob(bytes)) => Ok(Self::Bytes(bytes)),
            ToSqlOutput::Owned(ref value) => Ok(owned(value.into())),
            _ => Err(Error::new(Fault::Value, "a parameter of a type that PostgreSQL does not get")),
        }
    }
}

impl ToSql for Parameter {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Cause> {
        let wrong = || -> Cause { format!("{self:?} is no {ty}").into() };
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Integer(number) => match *base(ty) {
                Type::INT8 => out.extend_from_slice(&number.to_be_bytes()),
                Type::INT4 => out.extend_from_slice(&i32::try_from(*number)?.to_be_bytes()),
                Type::INT2 => out.extend_from_slice(&i16::try_from(*number)?.to_be_bytes()),
                Type::BOOL => out.extend_from_slice(&[u8::from(*number != 0)]),
                #[expect(clippy::cast_precision_loss, reason = "what is compared with a double is one")]
                Type::FLOAT8 => out.extend_from_slice(&(*number as f64).to_be_bytes()),
                Type::NUMERIC => write_numeric(*number, out),
                _ => return Err(wrong()),
            },
            Self::Real(number) if *base(ty) == Type::FLOAT8 => out.extend_from_slice(&number.to_be_bytes()),
            Self::Text(text) if is_text(base(ty)) => out.extend_from_slice(text.as_bytes()),
            Self::Bytes(bytes) if *base(ty) == Type::BYTEA => out.extend_from_slice(bytes),
            _ => return Err(wrong()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column as it came.
struct Column<'a>(ValueRef<'a>);

impl<'a> FromSql<'a> for Column<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Cause> {
        let value = match *base(ty) {
            Type::INT8 => ValueRef::Integer(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => ValueRef::Integer(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => ValueRef::Integer(i16::from_be_bytes(raw.try_into()?).into()),
            Type::BOOL => ValueRef::Integer((raw != [0]).into()),
            Type::FLOAT8 => ValueRef::Real(f64::from_be_bytes(raw.try_into()?)),
            Type::FLOAT4 => ValueRef::Real(f32::from_be_bytes(raw.try_into()?).into()),
            Type::NUMERIC => read_numeric(raw)?,
            Type::BYTEA => ValueRef::Blob(raw),
            ref ty if is_text(ty) => ValueRef::Text(raw),
            ref ty => return Err(format!("a column of type {ty}").into()),
        };
        Ok(Self(value))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Cause> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A column's value, counted from 0: all whole numbers as 64 bits, truth values as 0 and 1.
pub(super) fn value(row: &tokio_postgres::Row, column: usize) -> Result<ValueRef<'_>, Error> {
    let Column(value) = row.try_get(column).map_err(|error| Error::new(Fault::Value, error))?;
    Ok(value)
}

/// What a domain is made of.
fn base(ty: &Type) -> &Type {
    match ty.kind() {
        Kind::Domain(of) => base(of),
        _ => ty,
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)
}

/// A NUMERIC: the number of groups, the weight of the first, sign, decimals, and the groups of four digits.
fn read_numeric(raw: &[u8]) -> Result<ValueRef<'static>, Cause> {
    let word = |at: usize| -> Result<i16, Cause> {
        let bytes = raw.get(at * 2..at * 2 + 2).ok_or("a NUMERIC that is too short")?;
        Ok(i16::from_be_bytes(bytes.try_into()?))
    };
    let (groups, weight, sign, decimals) = (word(0)?, i32::from(word(1)?), word(2)?, word(3)?);
    if sign != 0 && sign != 0x4000 {
        return Err("a NUMERIC that is no number".into());
    }
    let groups = (0..usize::try_from(groups)?).map(|group| word(4 + group)).collect::<Result<Vec<_>, _>>()?;
    if decimals == 0 && weight <= 5 {
        let whole = (0..=weight).try_fold(0_i128, |whole, group| {
            let digits = usize::try_from(group).ok().and_then(|group| groups.get(group)).copied().unwrap_or(0);
            whole.checked_mul(GROUP)?.checked_add(digits.into())
        });
        let whole = whole.ok_or("a NUMERIC that is too large")?;
        return Ok(ValueRef::Integer(i64::try_from(if sign == 0 { whole } else { -whole })?));
    }
    let mut number = 0.0;
    for (digits, at) in groups.iter().zip(0_i32..) {
        number += f64::from(*digits) * 10_000_f64.powi(weight - at);
    }
    Ok(ValueRef::Real(if sign == 0 { number } else { -number }))
}

fn write_numeric(number: i64, out: &mut BytesMut) {
    let mut rest = i128::from(number).abs();
    let mut groups = Vec::new();
    while rest > 0 {
        groups.push(i16::try_from(rest % GROUP).unwrap_or_default());
        rest /= GROUP;
    }
    let count = i16::try_from(groups.len()).unwrap_or_default();
    let sign = if number < 0 { 0x4000 } else { 0 };
    for word in [count, count - 1, sign, 0].into_iter().chain(groups.into_iter().rev()) {
        out.extend_from_slice(&word.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numeric_is_the_number_that_it_was() {
        for number in [0, 1, -1, 9_999, 10_000, -10_001, 123_456_789_012, i64::MAX, i64::MIN] {
            let mut out = BytesMut::new();
            write_numeric(number, &mut out);
            assert_eq!(read_numeric(&out).unwrap(), ValueRef::Integer(number));
        }
    }

    #[test]
    fn a_numeric_with_decimals_is_a_double() {
        // 12345.5: groups 1, 2345, 5000; the first stands for ten thousands.
        let words: [i16; 7] = [3, 1, 0, 1, 1, 2345, 5000];
        let raw: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        assert_eq!(read_numeric(&raw).unwrap(), ValueRef::Real(12_345.5));
        assert!(read_numeric(&raw[..9]).is_err(), "cut off");
        assert!(read_numeric(&[0, 0, 0, 0, 0xc0, 0, 0, 0]).is_err(), "NaN");
    }

    #[test]
    fn a_number_goes_where_it_fits() {
        let written = |parameter: Parameter, ty: Type| {
            let mut out = BytesMut::new();
            parameter.to_sql(&ty, &mut out).map(|_| out.to_vec()).ok()
        };
        assert_eq!(written(Parameter::Integer(1), Type::BOOL), Some(vec![1]));
        assert_eq!(written(Parameter::Integer(-2), Type::INT4), Some(vec![255, 255, 255, 254]));
        assert_eq!(written(Parameter::Integer(1 << 40), Type::INT4), None, "too large");
        assert_eq!(written(Parameter::Integer(1), Type::TEXT), None, "a number is no text");
        assert_eq!(written(Parameter::Text("1".into()), Type::INT8), None, "nor the other way round");
    }

    #[test]
    fn text_has_no_character_that_postgresql_refuses() {
        let Parameter::Text(text) = Parameter::of(&"a\0b").unwrap() else { panic!() };
        assert_eq!(text, "a\u{fffd}b");
    }
}
