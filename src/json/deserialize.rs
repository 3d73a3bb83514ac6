//! From the tape into any serde type.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess,
};
use serde::de::{SeqAccess, Unexpected, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::{Elements, JsonError, JsonErrorKind, Kind, Members, Value};
use std::borrow::Cow;

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = JsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.kind() {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool => visitor.visit_bool(self.raw() == "true"),
            Kind::Number => self.visit_number(visitor),
            Kind::String => match self.as_str().unwrap_or_default() {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            Kind::Array => self.visit_array(visitor),
            Kind::Object => self.visit_object(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.kind() {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        match self.kind() {
            Kind::String => {
                visitor.visit_enum(self.as_str().unwrap_or_default().into_deserializer())
            }
            Kind::Object => {
                let mut members = self.members();
                match (members.next(), members.next()) {
                    (Some((name, content)), None) => visitor.visit_enum(Variant { name, content }),
                    _ => Err(JsonError::custom("an enum is an object with one member")),
                }
            }
            _ => Err(JsonError::new(JsonErrorKind::WrongType, self.offset())),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.visit_struct(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_unit()
    }

    /// A shorter way for what most claims are, and all names.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.plain() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_str(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf
        unit unit_struct seq tuple tuple_struct map
    }
}

impl<'a> Value<'_, 'a> {
    fn visit_number<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if let Some(number) = self.number().and_then(|text| text.parse().ok()) {
            return visitor.visit_u64(number);
        }
        match self.as_i64() {
            // "-0" is an integer only in form; as a double it keeps its sign.
            Some(number) if number != 0 => visitor.visit_i64(number),
            _ => match self.as_f64() {
                Some(number) => visitor.visit_f64(number),
                None => Err(JsonError::new(JsonErrorKind::Number, self.offset())),
            },
        }
    }

    fn visit_array<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, JsonError> {
        let mut elements = Elements(self.inside(Kind::Array));
        let value = visitor.visit_seq(&mut elements)?;
        // A tuple or fixed array that took fewer elements than there are has not read the array.
        match elements.next() {
            None => Ok(value),
            Some(_) => Err(JsonError::invalid_type(Unexpected::Seq, &"fewer elements")),
        }
    }

    /// Derived types take an array too, as their fields in order; a text whose members have names says which is which.
    fn visit_struct<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.kind() {
            Kind::Array => Err(JsonError::new(JsonErrorKind::WrongType, self.offset())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn visit_object<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_map(MemberAccess { rest: Members(self.inside(Kind::Object)), value: None })
    }
}

impl<'a> SeqAccess<'a> for Elements<'_, 'a> {
    type Error = JsonError;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, JsonError> {
        self.next()
            .map(|value| seed.deserialize(value).map_err(|error| error.at(value.offset())))
            .transpose()
    }
}

struct MemberAccess<'d, 'a> {
    rest: Members<'d, 'a>,
    /// The value whose name was given last.
    value: Option<Value<'d, 'a>>,
}

impl<'a> MapAccess<'a> for MemberAccess<'_, 'a> {
    type Error = JsonError;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, JsonError> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(name).map(Some).map_err(|error| error.at(name.offset()))
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, JsonError> {
        let value = self.value.take().ok_or_else(|| JsonError::custom("a value without a name"))?;
        seed.deserialize(value).map_err(|error| error.at(value.offset()))
    }
}

/// An enum written as `{"variant": content}`.
struct Variant<'d, 'a> {
    name: Value<'d, 'a>,
    content: Value<'d, 'a>,
}

impl<'d, 'a> EnumAccess<'a> for Variant<'d, 'a> {
    type Error = JsonError;
    type Variant = Content<'d, 'a>;

    fn variant_seed<T: DeserializeSeed<'a>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Self::Variant), JsonError> {
        let variant = seed.deserialize(self.name).map_err(|error| error.at(self.name.offset()))?;
        Ok((variant, Content(self.content)))
    }
}

struct Content<'d, 'a>(Value<'d, 'a>);

impl<'a> VariantAccess<'a> for Content<'_, 'a> {
    type Error = JsonError;

    fn unit_variant(self) -> Result<(), JsonError> {
        self.0.deserialize()
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, JsonError> {
        seed.deserialize(self.0).map_err(|error| error.at(self.0.offset()))
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, JsonError> {
        self.0.deserialize_any(visitor).map_err(|error| error.at(self.0.offset()))
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.0.visit_struct(visitor).map_err(|error| error.at(self.0.offset()))
    }
}
