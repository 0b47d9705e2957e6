//! What the operations of a session add up to.
