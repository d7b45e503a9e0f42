"""The one thing that pyproject.toml cannot say: the wheel holds a program, not an extension module.

Without this the wheel would be tagged for the Python that built it; the plane does not care which Python starts it.
"""

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel


class PlatformWheel(bdist_wheel):
    """`py3-none-<platform>`: any Python 3, this platform."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> tuple[str, str, str]:
        _, _, platform = super().get_tag()
        return "py3", "none", platform


setup(cmdclass={"bdist_wheel": PlatformWheel})
