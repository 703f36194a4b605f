"""Configuration, in one place: defaults < hoofbeats.toml in the working folder < HOOFBEATS_* in the environment.

HOOFBEATS_LAKE              where the lake lies (default ./lake)
HOOFBEATS_CATEGORIES        vocabulary categories that are counted, e.g. "ABCDEFG" (MeSH tree letters)
HOOFBEATS_WORKERS           payloads prepared at the same time
HOOFBEATS_FILES_PER_COMMIT  payloads of a bulk load that are committed together
"""

from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

CONFIGURATION_FILE = "hoofbeats.toml"


class Settings(BaseSettings):
    """All settings of Hoofbeats; each has a HOOFBEATS_* variable of the same name."""

    model_config = SettingsConfigDict(env_prefix="HOOFBEATS_", toml_file=CONFIGURATION_FILE, extra="forbid")

    lake: Path = Field(Path("lake"), description="Where the lake lies.")
    categories: str = Field("ABCDEFG", pattern=r"^[A-Z]+$", description="Vocabulary categories that are counted.")
    workers: int = Field(2, ge=1, le=64, description="Payloads prepared at the same time.")
    files_per_commit: int = Field(25, ge=1, le=100, description="Payloads of a bulk load committed together.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Given values come first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
