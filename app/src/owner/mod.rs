//! Application owners: their groups, guests and invitations.
