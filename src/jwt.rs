//! JSON Web Tokens (RFC 7519) as compact JWS (RFC 7515).
