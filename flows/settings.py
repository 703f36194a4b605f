"""Settings, in one place: defaults, overridden by hoofbeats.toml in the working folder, overridden by the environment.

The variable of a setting is HOOFBEATS_ and its name in capitals, e.g. HOOFBEATS_LAKE for `lake`; only NCBI_API_KEY is
also accepted without the prefix. The names in hoofbeats.toml are those of the fields. An unknown name, a wrong value or
a file that is no TOML is a `SettingsError`, which names the file or variable, the setting and the nearest right one,
and no value that may be a secret.
"""

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from flows.errors import SettingsError

CONFIGURATION_FILE = "hoofbeats.toml"
_PREFIX = "HOOFBEATS_"
_RUNNERS = ("threads", "processes", "dask")
_SHOWN_CHARS = 60


class Settings(BaseSettings):
    """All settings of Hoofbeats. Each has a variable HOOFBEATS_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix="HOOFBEATS_", toml_file=CONFIGURATION_FILE, extra="forbid", env_ignore_empty=True
    )

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - whatever the fields take
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _explained(error, values) from None  # its text, and that of a traceback, would show secrets
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(
                f"{Path(CONFIGURATION_FILE).resolve()} is no TOML file: {error}",
                'write one setting a line, as name = value, with text in quotes: email = "you@example.org"',
            ) from None
        except UnicodeDecodeError:
            raise SettingsError(f"{Path(CONFIGURATION_FILE).resolve()} is not UTF-8", "save it as UTF-8") from None
        misspelt = _misspelt_variable()
        if misspelt:
            name, nearest = misspelt
            raise SettingsError(
                f"the environment variable {name} is no setting; the nearest is {nearest}",
                f"set {nearest}, or unset {name}; see docs/reference.md",
            )

    lake: Path = Field(Path("lake"), description="Folder of the lake.")
    categories: str = Field(
        "ABCDEFG",
        pattern=r"^[A-Z]+$",
        description="Vocabulary categories whose concepts are counted, as MeSH tree letters.",
    )
    workers: int = Field(2, ge=1, le=64, description="Number of payloads prepared at the same time.")
    runner: str = Field(
        "threads",
        pattern=r"^(threads|processes|dask|(tcp|tls)://\S+)$",
        description="Where the payloads of a bulk load are prepared: threads, processes, dask (a Dask cluster on this "
        "machine), or the address of a Dask scheduler such as tcp://host:8786.",
    )
    files_per_commit: int = Field(
        25,
        ge=1,
        le=100,
        description="Number of payloads of a bulk load, or of windows of a collection, that are committed together.",
    )

    watches: Path | None = Field(None, description="TOML file of the watches. The default is watches.toml in the lake.")
    feeds: Path | None = Field(
        None, description="Folder for the Atom feeds of changed watches. The default is feeds in the lake."
    )
    notify: str = Field(
        "",
        pattern=r"^([\w-]+/[\w-]+( [\w-]+/[\w-]+)*)?$",
        description="Prefect notification blocks for changes of watches, as type/name separated by spaces, "
        "e.g. custom-webhook/lab sendgrid-email/team.",
    )
    operator_blocks: str = Field(
        "",
        pattern=r"^([^/\s]+/[^/\s]+( |$))*$",
        description="Prefect notification blocks that are notified of failed, crashed and late runs, as type/name "
        "separated by spaces, e.g. slack-webhook/lab email/operator.",
    )
    least_free_bytes: int = Field(
        10 << 30,
        ge=0,
        description="Free space in bytes on the disk of the lake below which `hoofbeats doctor` reports a fault.",
    )

    email: str | None = Field(
        None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="Contact e-mail address sent with every request to NCBI and Europe PMC. The source pubmed_api "
        "requires it.",
    )
    ncbi_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("ncbi_api_key", "hoofbeats_ncbi_api_key"),
        description="API key of NCBI, which allows ten requests per second instead of three. The variable is "
        "NCBI_API_KEY.",
    )
    pubmed_api_url: str = Field(
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/", description="Base URL of NCBI's E-utilities."
    )
    pubmed_files_url: str = Field(
        "https://ftp.ncbi.nlm.nih.gov/pubmed/", description="Base URL of PubMed's baseline and update files."
    )
    europepmc_url: str = Field(
        "https://www.ebi.ac.uk/europepmc/webservices/rest/", description="Base URL of Europe PMC's REST service."
    )
    vocabulary_addresses: str = Field(
        "https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/desc{year}.gz"
        " https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/supp{year}.gz"
        " https://purl.obolibrary.org/obo/mondo.obo https://purl.obolibrary.org/obo/hp.obo"
        " https://purl.obolibrary.org/obo/doid.obo https://purl.obolibrary.org/obo/uberon.obo",
        pattern=r"^https?://\S+( +https?://\S+)*$",
        description="URLs of the vocabulary files that `vocabulary refresh` fetches, separated by spaces. {year} "
        "stands for this year, or last year if there is no such file yet.",
    )
    vocabulary_files: str = Field(
        "",
        description="Paths of custom lists that `vocabulary refresh` loads as well, separated by spaces.",
    )
    europepmc_sources: str = Field(
        "PPR PMC AGR",
        pattern=r"^[A-Z]{3}( [A-Z]{3})*$",
        description="Databases within Europe PMC that are collected if no query is given. MED is left out because its "
        "records come from PubMed itself.",
    )
    pages: str | None = Field(
        None, description="Web pages to collect: a file with one URL per line, or the URL of an RSS or Atom feed."
    )

    requests_per_second: float | None = Field(
        None, gt=0, description="Request rate to every host. The default is the rate each source allows."
    )
    page_delay_s: float = Field(3.0, gt=0, description="Seconds between two requests for web pages of one host.")
    page_timeout_s: float = Field(20.0, gt=0, description="Time limit in seconds for the extraction of one web page.")
    connect_timeout_s: float = Field(15.0, gt=0, description="Time limit in seconds for connecting to a host.")
    read_timeout_s: float = Field(60.0, gt=0, description="Time limit in seconds for the next bytes of a response.")
    request_timeout_s: float = Field(
        300.0, gt=0, description="Time limit in seconds for one response from its first to its last byte."
    )
    download_timeout_s: float = Field(
        3600.0,
        gt=0,
        description="Time limit in seconds for one attempt at a file download. The next attempt resumes it.",
    )
    attempts: int = Field(6, ge=1, description="Number of attempts at one request.")
    first_wait_s: float = Field(
        1.0, ge=0, description="Seconds before the second attempt at a request. The wait doubles with each further one."
    )
    longest_wait_s: float = Field(
        300.0,
        gt=0,
        description="Longest wait in seconds between two attempts. If a service asks for more, the request fails.",
    )
    largest_answer_bytes: int = Field(
        256 << 20, gt=0, description="Largest accepted response in bytes, after decompression."
    )
    largest_file_bytes: int = Field(2 << 30, gt=0, description="Largest accepted file download in bytes.")
    allow_private_addresses: bool = Field(
        default=False,
        description="Allow connections to private and loopback addresses. An address spelled out in one of the URL "
        "settings, such as http://127.0.0.1:8000/, is always allowed.",
    )
    largest_vanished_share: float = Field(
        0.02,
        ge=0,
        le=1,
        description="Largest share of the PubMed records that a new yearly baseline may lack. Up to this share they "
        "are deleted; with more, the window fails.",
    )
    settled_after_days: int = Field(
        3,
        ge=0,
        description="Days after its end until a window counts as settled. A window collected earlier is collected "
        "again by the next run.",
    )

    @property
    def watch_file(self) -> Path:
        """The TOML file of the watches: the setting, or watches.toml in the lake."""
        return self.watches or self.lake / "watches.toml"

    @property
    def feed_folder(self) -> Path:
        """The folder of the feeds: the setting, or feeds in the lake."""
        return self.feeds or self.lake / "feeds"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources by precedence: arguments, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def as_environment(self) -> dict[str, str]:
        """Return environment variables that give another process these settings.

        Paths are made absolute, so that they hold in any working folder.
        """
        values = self.model_dump(exclude_defaults=True)
        values["lake"] = self.lake.expanduser().resolve()
        if self.pages and Path(self.pages).exists():
            values["pages"] = Path(self.pages).resolve()
        values |= {name: value.get_secret_value() for name, value in values.items() if isinstance(value, SecretStr)}
        return {f"HOOFBEATS_{name.upper()}": str(value) for name, value in values.items()}


def _explained(error: ValidationError, given: dict[str, Any]) -> SettingsError:
    """Return the first fault of the settings: where it is, what is wrong, and the nearest right name or value."""
    fault = error.errors(include_url=False, include_context=False)[0]
    name = str(fault["loc"][0]) if fault["loc"] else ""
    field = _field_name(name)
    if field is None:
        where = str(Path(CONFIGURATION_FILE).resolve()) if name not in given else "the arguments"
        nearest = difflib.get_close_matches(name.lower(), Settings.model_fields, n=1)
        named = f"; the nearest is {nearest[0]}" if nearest else ""
        return SettingsError(f"{where}: there is no setting {name!r}{named}", "docs/reference.md lists all settings")
    value = fault["input"]
    shown = "" if _may_be_secret(field, value) else f" = {str(value)[:_SHOWN_CHARS]!r}"
    choices = _RUNNERS if field == "runner" else ("true", "false") if fault["type"].startswith("bool") else ()
    nearest = difflib.get_close_matches(str(value).lower(), choices, n=1)
    named = f"; the nearest is {nearest[0]!r}" if nearest else ""
    message = f"{_origin(field, given)}: the value of {field}{shown} is wrong: {fault['msg']}{named}"
    return SettingsError(message, str(Settings.model_fields[field].description))


def _field_name(name: str) -> str | None:
    """Return the field of a name in a fault, which may be that of its variable; None for an unknown name."""
    plain = name.lower().removeprefix(_PREFIX.lower())
    return plain if plain in Settings.model_fields else None


def _origin(field: str, given: dict[str, Any]) -> str:
    """Return where the value of a field comes from: the argument, the variable, or the file."""
    if field in given:
        return "the arguments"
    names = {f"{_PREFIX}{field}".lower(), *(["ncbi_api_key"] if field == "ncbi_api_key" else [])}
    variable = next((name for name in os.environ if name.lower() in names), None)
    return f"the environment variable {variable}" if variable else str(Path(CONFIGURATION_FILE).resolve())


def _may_be_secret(field: str, value: object) -> bool:
    return (
        field == "ncbi_api_key" or not isinstance(value, str | int | float) or bool(re.search(r"@|key|://", str(value)))
    )


def _misspelt_variable() -> tuple[str, str] | None:
    """Return a variable that looks like a misspelt setting, and that setting; other variables are left alone."""
    known = {f"{_PREFIX}{field.upper()}" for field in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith(_PREFIX) and name.upper() not in {*known, *_OTHER_VARIABLES}:
            nearest = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.88)
            if nearest:
                return name, nearest[0]
    return None


_OTHER_VARIABLES = frozenset((f"{_PREFIX}HOME", f"{_PREFIX}TEST_DATA"))
"""Variables of deployments and tests, which are no settings."""
