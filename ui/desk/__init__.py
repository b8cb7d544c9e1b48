"""What the window does: a controller for each of its affairs, on what they share (:mod:`ui.desk.desk`)."""
