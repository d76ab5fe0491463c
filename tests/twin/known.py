"""What an account holds of the things that calls only name: templates, profiles and their tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.twin.place import Place


@dataclass
class Known:
    """Looked at now and then, it remembers what has gone meanwhile."""

    template_ids: dict[str, str] = field(default_factory=dict)
    versions: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def look(self, place: Place) -> None:
        """Note what is there: template ids by name, their data by id and version, the ARN of the
        role by instance profile, and tags by EC2's ids."""
        ec2 = place.ec2
        self.template_ids |= dict(ec2.launch_template_name_to_ids)
        self.versions |= {
            (name, str(version.number)): version.data
            for name, template in ec2.launch_templates.items()
            for version in template.versions
        }
        self.roles |= {
            profile.name: role.arn
            for profile in place.iam.instance_profiles.values()
            for role in profile.roles
        }
        self.tags |= {name: dict(tags) for name, tags in ec2.tags.items()}
