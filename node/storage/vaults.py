"""Which store of recordings the settings name: a folder of this machine, or a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.config import Config
from node.storage.objects import FolderVault

if TYPE_CHECKING:
    from node.storage.bucket import BucketVault


def vault_of(config: Config) -> FolderVault | BucketVault:
    return bucket_of(config) if config.recordings.bucket else FolderVault(config.store)


def bucket_of(config: Config) -> BucketVault:
    from node.storage.bucket import BucketVault

    wished = config.recordings
    return BucketVault(
        wished.bucket,
        prefix=wished.prefix,
        endpoint=wished.endpoint,
        region=wished.region,
        key_id=wished.key_id,
        secret=config.store_secret,
    )
