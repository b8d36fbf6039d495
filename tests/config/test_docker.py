"""The container files agree with the project; hadolint (in `make check`) reads the Dockerfiles themselves."""

import re

import pytest
import yaml

from config.embedded.site import BASE_DIR

COMPOSE = yaml.safe_load((BASE_DIR / "docker" / "compose.yaml").read_text())
OPERATOR_PAGE = (BASE_DIR / "docs" / "operator.md").read_text()


def test_the_five_parts_of_a_site_are_there() -> None:
    assert {"web", "worker", "beat", "postgres", "valkey"} <= COMPOSE["services"].keys()


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_what_a_service_names_exists(name: str) -> None:
    service = COMPOSE["services"][name]
    assert "image" in service or "build" in service
    if "build" in service:
        context = (BASE_DIR / "docker" / service["build"]["context"]).resolve()
        assert context == BASE_DIR
        assert (context / service["build"]["dockerfile"]).is_file()
    for other in service.get("depends_on", {}):
        assert other in COMPOSE["services"]
    for volume in service.get("volumes", []):
        assert volume.split(":")[0] in COMPOSE["volumes"]
    for image in [service.get("image", "")]:
        assert not image.endswith(":latest")
        assert image in {"", "irodori-web"} or ":" in image


@pytest.mark.parametrize("name", ["prepare", "web", "beat", "gardener", "worker"])
def test_all_parts_share_the_folder_of_what_a_site_keeps(name: str) -> None:
    # A copy that the web server received is read by the gardener, and what that writes is handed out by the web server.
    service = COMPOSE["services"][name]
    file = service["build"]["dockerfile"] if "build" in service else "docker/Dockerfile.web"
    assert service["volumes"] == ["data:/data"]
    assert re.search(r"\bIRODORI_VAR=/data\b", (BASE_DIR / file).read_text())
    kept_elsewhere = {"IRODORI_VAR", "IRODORI_MEDIA", "IRODORI_IMPORTS", "IRODORI_EXPORTS", "IRODORI_QUARANTINE"}
    assert not kept_elsewhere & service.get("environment", {}).keys()


def test_every_variable_of_the_compose_file_is_documented() -> None:
    names = {name for service in COMPOSE["services"].values() for name in service.get("environment", {})}
    names = {
        name for name in names if name.startswith("IRODORI_") or name in {"SECRET_KEY", "DATABASE_URL", "BROKER_URL"}
    }
    assert len(names) >= 6
    for name in names:
        assert f"`{name}`" in OPERATOR_PAGE, f"docs/operator.md doesn't explain {name}"


@pytest.mark.parametrize("file", ["Dockerfile.web", "Dockerfile.worker"])
def test_images_copy_files_that_exist_and_do_not_run_as_root(file: str) -> None:
    text = (BASE_DIR / "docker" / file).read_text()
    for source in re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE):
        assert source == "." or list(BASE_DIR.glob(source))
    assert re.search(r"^USER 10001$", text, re.MULTILINE)


def test_every_variable_the_settings_read_is_documented() -> None:
    names: set[str] = set()
    for source in ("settings.py", "up.py", "embedded/site.py"):
        text = (BASE_DIR / "config" / source).read_text()
        names.update(re.findall(r'"((?:IRODORI|EMAIL|DEFAULT)_[A-Z_]+)"', text))
    assert len(names) > 15
    assert [name for name in sorted(names) if f"`{name}`" not in OPERATOR_PAGE] == []
