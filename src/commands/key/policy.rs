//! What named.conf needs for what keys are to be allowed: the zones that are known, and of the others what is not.

use crate::config::{Allowance, Allowed};
use crate::dns::Name;
use crate::output::named_conf::{comment, grant_below, grants, zone_clause};

/// The lines, for one key or for several side by side. What is not known stands in comments, so that all of it can be
/// pasted as it is.
pub(super) fn policy(keys: &[&Name], allowed: &Allowed) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(config), [first, ..]) = (&allowed.config, allowed.other_keys.as_slice()) {
        let (config, first) = (config.display(), first.display());
        lines.push(comment(&format!("All names of {config}, which has other keys for them ({first}):")));
    }
    let mut zones: Vec<&Name> = Vec::new();
    for zone in allowed.allowances.iter().filter_map(|allowance| allowance.zone.as_ref()) {
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    if !zones.is_empty() {
        lines.push(comment(
            "and so does this; where named.conf has such a zone already, put only the update-policy there:",
        ));
    }
    for zone in zones {
        let rules = rules(keys, allowed.allowances.iter().filter(|allowance| allowance.zone.as_ref() == Some(zone)));
        lines.extend(zone_clause(zone, &rules));
    }
    let homeless = rules(keys, allowed.allowances.iter().filter(|allowance| allowance.zone.is_none()));
    if !homeless.is_empty() {
        lines.push(comment(
            "In which zone this is, nothing here says (--zone, or zone = in nsup.toml). Its update-policy needs:",
        ));
        lines.extend(homeless.iter().map(|rule| comment(&format!("    {rule}"))));
    }
    for name in &allowed.reverse_unknown {
        lines.push(comment(&format!(
            "The PTR record of {name} is in a zone that nothing here says (ptr = {{ zone = ... }}). It needs:"
        )));
        lines.extend(keys.iter().map(|key| comment(&format!("    grant {key} subdomain ZONE PTR;"))));
    }
    if allowed.allowances.is_empty() && allowed.reverse_unknown.is_empty() {
        lines.push(comment("What the key may change, nothing here says: --grant 'NAME TYPE...' does, or nsup.toml"));
    }
    lines
}

/// The lines of one `update-policy`, key by key.
fn rules<'a>(keys: &[&Name], allowances: impl Iterator<Item = &'a Allowance>) -> Vec<String> {
    let (trees, names): (Vec<&Allowance>, Vec<&Allowance>) = allowances.partition(|allowance| allowance.is_tree);
    let names: Vec<_> = names.into_iter().map(|one| (one.name.clone(), one.types.clone())).collect();
    let of_key = |key: &&Name| {
        let below = trees.iter().filter_map(|tree| grant_below(key, &tree.name, &tree.types));
        grants(key, &names).into_iter().chain(below).collect::<Vec<_>>()
    };
    keys.iter().flat_map(of_key).collect()
}
