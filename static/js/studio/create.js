// The page "Create": wakes up the recipe form and the board of results. Both work without this file.
import "./recipe-form.js";
import "./studio-board.js";
