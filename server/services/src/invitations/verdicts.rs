//! Gathers what bears on a list of addresses, in a fixed number of queries, for the verdict on each.

use std::collections::{HashMap, HashSet};

use domain::group::{Group, Narrowing};
use domain::id::{InvitationId, UserId};
use domain::invitation::{DECLINE_BARS, Decision, Facts, Invitation, InvitationState, LETTERS, Line, Outcome, PAUSE};
use domain::invitation::{Person, Room, Terms, decide};
use domain::role::Role;
use domain::settings::Collaboration;
use domain::text::{DomainList, DomainName, DomainPattern, DomainRules, EmailAddress, Familiar, Pasted, parse_list};
use domain::time::{Span, Timestamp};
use domain::user::{Standing, User};
use store::partners::Claim;
use store::settings::COLLABORATION;
use store::{Stored, Tx};

use super::{BULK, Inviting};
use crate::deed::Deed;
use crate::{Denied, Key, Refusal, Services, Verb, access, limits, people};

/// Entries of one list: an administrator's, anybody else's.
const MOST_LINES: (usize, usize) = (10_000, 500);
const MOST_BYTES: usize = 2 << 20;

/// What would become of each address of a pasted list. Nothing is sent.
///
/// # Errors
/// Beside `list` where it is too long.
pub async fn verdicts(services: &Services, by: &Inviting, pasted: &str) -> Verb<Vec<Line>> {
    if pasted.len() > MOST_BYTES {
        return Err(Refusal::field_because("list", "list_too_long", MOST_BYTES));
    }
    let list = parse_list(pasted);
    bounded(by, &list)?;
    let mut tx = services.store.read().await?;
    let mut desk = Desk::open(services, &mut tx, by, is_bulk(by, &list)).await?;
    let weighed = desk.weigh(&mut tx, &list, &Weighing::default()).await?;
    Ok(weighed.into_iter().map(Weighed::line).collect())
}

pub(super) fn is_bulk(by: &Inviting, list: &[Pasted]) -> bool {
    by.by_role() && list.len() > BULK
}

pub(super) fn bounded(by: &Inviting, list: &[Pasted]) -> Verb<()> {
    let most = if by.by_role() { MOST_LINES.0 } else { MOST_LINES.1 };
    match list.len() {
        0 => Err(Refusal::field("list", "list_empty")),
        lines if lines > most => Err(Refusal::field_because("list", "list_too_long", most)),
        _ => Ok(()),
    }
}

/// Under which a mailbox is remembered without its address.
pub(crate) fn mailbox_hash(key: &Key, address: &EmailAddress) -> String {
    key.digest("mailbox", &[&address.mailbox()])
}

/// The bucket that counts letters to a mailbox.
pub(crate) fn letters_bucket(mailbox_hash: &str) -> String {
    format!("letters:{mailbox_hash}")
}

/// Takes the counts of letters to these mailboxes, so that nobody else writes to them at once and passes the limit.
pub(super) async fn hold_letters<'l>(
    deed: &mut Deed<'_>,
    key: &Key,
    addresses: impl IntoIterator<Item = &'l EmailAddress>,
) -> Verb<()> {
    let buckets = addresses.into_iter().map(|address| letters_bucket(&mailbox_hash(key, address)));
    let (buckets, now) = (buckets.collect(), deed.now);
    Ok(store::hits::hold_all(&mut deed.tx, buckets, now).await?)
}

/// How one list is weighed beyond what holds for all.
#[derive(Debug, Default)]
pub(super) struct Weighing {
    /// Keys of look-alikes that the inviter means.
    pub confirmed: HashSet<String>,
    /// This open invitation does not stand in the way of itself.
    pub except: Option<InvitationId>,
    /// Links are shown, and no letters sent.
    pub without_letters: bool,
}

impl Weighing {
    /// The inviter has this very address in mind.
    pub fn meaning(address: &EmailAddress) -> Self {
        Self { confirmed: HashSet::from([address.key().to_owned()]), ..Self::default() }
    }
}

/// One entry with its verdict, and the rows that it rests on.
pub(super) struct Weighed<'a> {
    pub pasted: &'a Pasted,
    pub user: Option<Stored<User>>,
    /// Stored as open, though the clock has ended it.
    pub stale: Option<Stored<Invitation>>,
    pub blocked: bool,
    /// Any membership row for the target, whether it counts or not.
    pub has_row: bool,
    /// Who stands by guests of their partner organization.
    pub sponsor: Option<UserId>,
    pub decision: Decision,
}

impl Weighed<'_> {
    pub fn line(self) -> Line {
        Line {
            raw: self.pasted.raw.clone(),
            name: self.pasted.name.clone(),
            address: self.pasted.address.as_ref().ok().map(EmailAddress::shown),
            verdict: self.decision.verdict,
        }
    }
}

/// What holds for every address that one person invites to one target now.
pub(super) struct Desk<'a> {
    key: &'a Key,
    pub now: Timestamp,
    pub settings: Collaboration,
    pub group: Option<Group>,
    pub room: Room,
    sees_directory: bool,
    reach: Reach,
    familiar: Familiar,
}

/// Whom of the directory the inviter may add.
#[derive(Debug, Default)]
struct Reach {
    /// Who invites by role, and leaves alone whom their role does not reach.
    by_role: Option<User>,
    /// A job cannot be tried by a request of its own, so it adds nobody whom that would lock out of Lobby.
    leaves_administrators: bool,
}

impl Reach {
    fn leaves(&self, user: &User) -> bool {
        let spared = self.leaves_administrators && user.roles.has(Role::Administrator);
        spared || self.by_role.as_ref().is_some_and(|by| people::may_change(by, user).is_err())
    }
}

impl<'a> Desk<'a> {
    /// Reads settings, group and limits as they are in this transaction; `bulk` has no limit of the inviter's.
    ///
    /// # Errors
    /// Where the person may no longer invite there.
    pub async fn open(services: &'a Services, tx: &mut Tx, by: &Inviting, bulk: bool) -> Verb<Self> {
        let now = services.now();
        let settings: Stored<Collaboration> =
            store::settings::get(tx, COLLABORATION).await?.ok_or(Refusal::Conflict)?;
        let settings = settings.value;
        by.check(&settings)?;
        let group = match by.group() {
            Some(group) => Some(store::groups::get(tx, group.id).await?.ok_or(Denied::NotFound)?.value),
            None => None,
        };
        let places = match group.as_ref().map(|group| (group.id, group.narrowing.most_guests)) {
            Some((id, Some(most))) => {
                let taken = store::groups::count_guests(tx, id, now).await?;
                Some(most.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX)))
            }
            _ => None,
        };
        let (left, until) = invitations_left(tx, by, now).await?;
        let familiar = familiar(&settings, group.as_ref(), by.user());
        let room = Room::new(places, (!bulk).then_some(left), until);
        let sees_directory = by.sees_directory(&settings);
        let reach = match &group {
            Some(group) => Reach {
                by_role: by.by_role().then(|| by.user().clone()),
                leaves_administrators: bulk && access::tells_apart_at_lobby(services, tx, group.id).await?,
            },
            None => Reach::default(),
        };
        Ok(Self { key: &services.key, now, settings, group, room, sees_directory, reach, familiar })
    }

    /// May the inviter see who is in the directory?
    pub fn tells_who_is_known(&self) -> bool {
        self.sees_directory
    }

    fn terms<'t>(&'t self, letters: bool, familiar: &'t Familiar) -> Terms<'t> {
        Terms {
            now: self.now,
            organization: &self.settings.domains,
            group: self.group.as_ref().map(|group| &group.narrowing),
            sees_directory: self.sees_directory,
            letters,
            familiar,
        }
    }

    /// The verdict on each entry of a list, in its order. Takes what goes out of the room that is left.
    pub async fn weigh<'p>(&mut self, tx: &mut Tx, list: &'p [Pasted], how: &Weighing) -> Verb<Vec<Weighed<'p>>> {
        let known = Known::gather(self, tx, list).await?;
        let mut room = std::mem::replace(&mut self.room, Room::new(None, None, self.now));
        let terms = self.terms(!how.without_letters, &known.familiar);
        let mut seen = HashSet::new();
        let weighed =
            list.iter().map(|pasted| known.weigh(&terms, &self.reach, &mut room, &mut seen, pasted, how)).collect();
        self.room = room;
        Ok(weighed)
    }
}

async fn invitations_left(tx: &mut Tx, by: &Inviting, now: Timestamp) -> Verb<(i64, Timestamp)> {
    let (blocks, window) = PAUSE;
    let against = store::blocks::against(tx, by.user().id, now - window).await?;
    if let Some(decisive) = against.get(blocks - 1) {
        return Ok((0, *decisive + window));
    }
    limits::left(tx, &by.bucket(), &by.limits(), now).await
}

/// Whose look-alikes are worth a second look: domains on a list, and the inviter's own. Those of partners are found as
/// they are needed.
fn familiar(settings: &Collaboration, group: Option<&Group>, inviter: &User) -> Familiar {
    let patterns = |rules: &DomainRules| match rules {
        DomainRules::Any => Vec::new(),
        DomainRules::Deny(list) | DomainRules::AllowOnly(list) => DomainList::patterns(list).to_vec(),
    };
    let narrowing: Option<&Narrowing> = group.map(|group| &group.narrowing);
    let patterns =
        patterns(&settings.domains).into_iter().chain(narrowing.iter().flat_map(|own| patterns(&own.domains)));
    let domains = patterns.map(|pattern| match pattern {
        DomainPattern::Exactly(domain) | DomainPattern::Below(domain) => domain,
    });
    domains.chain([inviter.address.domain()]).collect()
}

/// What the database knows of the addresses of one list.
struct Known {
    now: Timestamp,
    to_group: bool,
    hashes: HashMap<String, String>,
    users: HashMap<String, Stored<User>>,
    /// By user: is the membership in force?
    memberships: HashMap<UserId, bool>,
    invitations: HashMap<UserId, Vec<Stored<Invitation>>>,
    blocked: HashSet<String>,
    letters: HashMap<String, Vec<Timestamp>>,
    partners: HashMap<DomainName, Claim>,
    familiar: Familiar,
}

impl Known {
    async fn gather(desk: &Desk<'_>, tx: &mut Tx, list: &[Pasted]) -> Verb<Self> {
        let now = desk.now;
        let addresses: Vec<EmailAddress> = list.iter().filter_map(|pasted| pasted.address.clone().ok()).collect();
        let hashes: HashMap<String, String> =
            addresses.iter().map(|address| (address.mailbox(), mailbox_hash(desk.key, address))).collect();
        let users: HashMap<String, Stored<User>> = store::users::by_addresses(tx, &addresses)
            .await?
            .into_iter()
            .map(|user| (user.value.address.key().to_owned(), user))
            .collect();
        let ids: Vec<UserId> = users.values().map(|user| user.value.id).collect();
        let group = desk.group.as_ref().map(|group| group.id);
        let memberships = match group {
            Some(group) => store::memberships::of_users(tx, group, &ids).await?,
            None => Vec::new(),
        };
        let mut invitations: HashMap<UserId, Vec<Stored<Invitation>>> = HashMap::new();
        for invitation in store::invitations::bearing_on(tx, group, &ids, now - DECLINE_BARS).await? {
            invitations.entry(invitation.value.user).or_default().push(invitation);
        }
        let mailboxes: Vec<String> = hashes.values().cloned().collect();
        let blocked = store::blocks::in_force(tx, &mailboxes).await?.into_iter().collect();
        let letters = letters_to(tx, &mailboxes, now).await?;
        let partners = partners(tx, &addresses).await?;
        let mut familiar = desk.familiar.clone();
        familiar.extend(partners.keys().cloned());
        Ok(Self {
            now,
            to_group: group.is_some(),
            hashes,
            users,
            memberships: memberships.into_iter().map(|member| (member.user, member.counts(now))).collect(),
            invitations,
            blocked,
            letters,
            partners,
            familiar,
        })
    }

    fn weigh<'p>(
        &self,
        terms: &Terms<'_>,
        reach: &Reach,
        room: &mut Room,
        seen: &mut HashSet<&'p str>,
        pasted: &'p Pasted,
        how: &Weighing,
    ) -> Weighed<'p> {
        let address = pasted.address.as_ref();
        let key = address.map_or("", EmailAddress::key);
        let hash = address.ok().and_then(|address| self.hashes.get(&address.mailbox()));
        let user = self.users.get(key);
        let person = Person::of(user.map(|user| &user.value), self.now);
        let bearing = user.and_then(|user| self.invitations.get(&user.value.id)).map_or(&[][..], Vec::as_slice);
        let mut open = None;
        let mut stale = None;
        let mut declined_until = None;
        for invitation in bearing.iter().filter(|stored| Some(stored.value.id) != how.except) {
            match invitation.value.state_at(self.now) {
                InvitationState::Final { outcome: Outcome::Declined, at, .. } => {
                    declined_until = declined_until.max(Some(at + DECLINE_BARS));
                }
                InvitationState::Final { .. } => stale = Some(invitation.clone()),
                _ => open = Some((invitation.value.id, invitation.value.created_at)),
            }
        }
        let enabled = user.is_some_and(|user| user.value.standing == Standing::Enabled);
        let membership = user.and_then(|user| self.memberships.get(&user.value.id));
        let partner = address.ok().filter(|_| !self.partners.is_empty());
        let partner = partner.and_then(|address| self.partners.get(&address.domain()));
        let closed = partner.filter(|partner| !partner.invitations_allowed);
        let facts = Facts {
            address,
            twice: pasted.twice || (!key.is_empty() && !seen.insert(key)),
            person,
            is_in: match self.to_group {
                true => enabled && membership.copied().unwrap_or(false),
                false => matches!(person, Person::Guest | Person::Member),
            },
            out_of_reach: user.is_some_and(|user| reach.leaves(&user.value)),
            open,
            declined_until,
            blocked: hash.is_some_and(|hash| self.blocked.contains(hash)),
            closed_partner: closed.map(|partner| partner.name.as_str()),
            letters: hash.and_then(|hash| self.letters.get(hash)).map_or(&[], Vec::as_slice),
            confirmed: how.confirmed.contains(key),
        };
        let decision = decide(terms, room, &facts);
        let (blocked, has_row) = (facts.blocked, membership.is_some());
        let sponsor = partner.and_then(|partner| partner.sponsor);
        Weighed { pasted, user: user.cloned(), stale, blocked, has_row, sponsor, decision }
    }
}

/// The partners' domains that occur among the addresses, and those that one of them may be mistaken for.
async fn partners(tx: &mut Tx, addresses: &[EmailAddress]) -> Verb<HashMap<DomainName, Claim>> {
    let domains: HashSet<DomainName> = addresses.iter().map(EmailAddress::domain).collect();
    let shapes: HashSet<String> = domains.iter().flat_map(DomainName::shapes).collect();
    let claims = store::partners::by_shapes(tx, &shapes.into_iter().collect::<Vec<_>>()).await?;
    Ok(claims.into_iter().map(|claim| (claim.domain.clone(), claim)).collect())
}

/// When letters went to these mailboxes, as far back as limits look.
pub(super) async fn letters_to(
    tx: &mut Tx,
    hashes: &[String],
    now: Timestamp,
) -> Verb<HashMap<String, Vec<Timestamp>>> {
    let window = LETTERS.iter().map(|(_, window)| *window).max().unwrap_or(Span::days(30));
    let buckets: Vec<String> = hashes.iter().map(|hash| letters_bucket(hash)).collect();
    let mut letters: HashMap<String, Vec<Timestamp>> = HashMap::new();
    for (bucket, amount, at) in store::hits::of_since(tx, &buckets, now - window).await? {
        let times = std::iter::repeat_n(Timestamp(at), usize::try_from(amount).unwrap_or(0).min(100));
        letters.entry(bucket.strip_prefix("letters:").unwrap_or(&bucket).to_owned()).or_default().extend(times);
    }
    Ok(letters)
}
