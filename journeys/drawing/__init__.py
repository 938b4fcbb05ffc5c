"""A definition as something to look at: its picture, drawn once from the steps, and what renders that picture as Mermaid, as a layout or as SVG."""

from journeys.drawing.layout import Arrow, Box, Layout, Point
from journeys.drawing.looks import NodeKind
from journeys.drawing.mermaid import mermaid
from journeys.drawing.picture import Edge, EdgeKind, Node, Picture, picture
from journeys.drawing.svg import svg
from journeys.drawing.words import told

__all__ = ["Arrow", "Box", "Edge", "EdgeKind", "Layout", "Node", "NodeKind", "Picture", "Point", "mermaid", "picture", "svg", "told"]
